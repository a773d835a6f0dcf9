package link

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// device is a TUN device of the namespace it was made in. It is there as long as its descriptor is open.
type device struct {
	fd   int
	name string
	link netlink.Link
}

// waiting is how many packets a device holds before the box has read them; the kernel drops further ones. A message to all of 10,000
// connections is sent in less time than the box takes to wake up.
const waiting = 20_000

// newDevice makes a device in the namespace of the calling thread, and lets it carry addresses of loopback.
func newDevice() (*device, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq("pushbench%d")
	if err != nil {
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return nil, fmt.Errorf("make a TUN device: %w", err)
	}
	d := &device{fd: fd, name: request.Name()}
	if d.link, err = netlink.LinkByName(d.name); err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	err = errors.Join(
		netlink.LinkSetTxQLen(d.link, waiting), netlink.LinkSetMTU(d.link, mtu),
		// Of the namespace of the thread that opens it.
		os.WriteFile("/proc/sys/net/ipv4/conf/"+d.name+"/route_localnet", []byte("1"), 0),
		netlink.LinkSetUp(d.link),
	)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	return d, nil
}

// Addresses of clients are of the network for tests of network devices (RFC 2544), which nobody routes. A link has 4096 of them, so that
// 32 can stand beside one another.
const (
	ours  = "198.18.0.0"
	large = 20 // bits of the prefix of one link
	many  = 32
)

// lead gives a device of the servers' side a prefix that no other link has.
func (d *device) lead() (netip.Prefix, error) {
	base := netip.MustParseAddr(ours).As4()
	for _, i := range rand.Perm(many) {
		address := netip.AddrFrom4([4]byte{base[0], base[1] + byte(i>>4), byte(i << 4), 0}) //nolint:gosec // 4 bits are left of a byte
		prefix := netip.PrefixFrom(address, large)
		err := netlink.RouteAdd(&netlink.Route{LinkIndex: d.link.Attrs().Index, Dst: ipNet(prefix), Scope: netlink.SCOPE_LINK})
		if !errors.Is(err, unix.EEXIST) {
			return prefix, wrapped(err, "route to the clients")
		}
	}
	return netip.Prefix{}, fmt.Errorf("%d links run on this machine, and there are addresses for no more: end one", many)
}

// host makes all addresses of a prefix those of the namespace, and the device its way to 127.0.0.0/8.
func (d *device) host(prefix netip.Prefix) error {
	index, first := d.link.Attrs().Index, prefix.Addr().Next()
	if err := netlink.AddrAdd(d.link, &netlink.Addr{IPNet: ipNet(netip.PrefixFrom(first, 32))}); err != nil {
		return fmt.Errorf("address of the clients: %w", err)
	}
	err := netlink.RouteAdd(&netlink.Route{LinkIndex: index, Dst: ipNet(prefix), Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST})
	if err != nil {
		return fmt.Errorf("addresses of the clients: %w", err)
	}
	err = netlink.RouteAdd(&netlink.Route{LinkIndex: index, Dst: ipNet(netip.MustParsePrefix("127.0.0.0/8")), Scope: netlink.SCOPE_LINK, Src: first.AsSlice()})
	return wrapped(err, "route to the servers")
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func wrapped(err error, what string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
