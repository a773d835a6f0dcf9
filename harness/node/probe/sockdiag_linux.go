package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// From include/uapi/linux/inet_diag.h and sock_diag.h.
const (
	memoryAttribute = 7  // INET_DIAG_SKMEMINFO
	requestLength   = 56 // struct inet_diag_req_v2
	answerLength    = 72 // struct inet_diag_msg
	diagTimeout     = 10 * time.Second
	// connected are the states of include/net/tcp_states.h that belong to a connection: ESTABLISHED, SYN_SENT, SYN_RECV,
	// FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK and CLOSING; not TIME_WAIT, CLOSE and LISTEN.
	connected = 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<8 | 1<<9 | 1<<11
	// unconnected is TCP_CLOSE, in which a UDP socket is that takes packets from everybody.
	unconnected = 1 << 7
)

// diagnose asks the kernel (SOCK_DIAG, sock_diag(7)) once for all sockets, and tells apart those of a question. It asks for both
// families: a socket of IPv6 has the connections to an address of IPv4 where its program listens on all addresses. The error is
// errors.ErrUnsupported where the system has no SOCK_DIAG for them or does not let us use it. proc/net/tcp, which procfs reads, has no
// memory of sockets.
func diagnose(q question) (all ends, err error) {
	servers, err := q.namespace(q.pid)
	if err != nil {
		return all, fmt.Errorf("SOCK_DIAG: %w: %w", errors.ErrUnsupported, err)
	}
	defer servers.Close() //nolint:errcheck // nothing was written, and nothing is open where it is nil
	clients, err := q.namespace(q.clients)
	if err != nil {
		return all, fmt.Errorf("SOCK_DIAG: %w: %w", errors.ErrUnsupported, err)
	}
	defer clients.Close() //nolint:errcheck // as above
	if all, err = q.within(servers); err == nil && (servers != nil || clients != nil) {
		var theirs ends
		theirs, err = q.within(clients)
		all.client = theirs.client
	}
	if err == nil && all.server.untold > 0 && all.server.sockets == 0 {
		err = fmt.Errorf("SOCK_DIAG: %w: sockets come without their memory (INET_DIAG_SKMEMINFO, since Linux 3.4)", errors.ErrUnsupported)
	}
	return all, err
}

// within asks in a network namespace; nil: this process's.
func (q question) within(namespace *os.File) (all ends, err error) {
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		err := dump(q.request(family), namespace, func(b []byte) error {
			if one := all.of(b, q); one != nil {
				return one.add(b)
			}
			return nil
		})
		if err != nil {
			return ends{}, err
		}
	}
	return all, nil
}

// namespace is the network namespace of a process; nil: this process's.
func (q question) namespace(pid int) (*os.File, error) {
	if pid == 0 {
		return nil, nil //nolint:nilnil // as documented
	}
	path := filepath.Join(q.proc, strconv.Itoa(pid), "ns", "net")
	own, err := os.Readlink(filepath.Join(q.proc, "self", "ns", "net"))
	if err != nil {
		return nil, err
	}
	if theirs, err := os.Readlink(path); err != nil || theirs == own {
		return nil, err
	}
	return os.Open(path)
}

// dump sends a request, and hands on each struct inet_diag_msg of the answer.
func dump(request []byte, within *os.File, each func([]byte) error) error {
	var config netlink.Config
	if within != nil {
		config.NetNS = int(within.Fd())
	}
	c, err := netlink.Dial(unix.NETLINK_SOCK_DIAG, &config)
	if err != nil {
		return refused(err)
	}
	defer c.Close() //nolint:errcheck // nothing was written that could be lost
	if err := c.SetDeadline(time.Now().Add(diagTimeout)); err != nil {
		return err
	}
	_, err = c.Send(netlink.Message{
		Header: netlink.Header{Type: unix.SOCK_DIAG_BY_FAMILY, Flags: netlink.Request | netlink.Dump},
		Data:   request,
	})
	if err != nil {
		return refused(err)
	}
	for m, err := range c.ReceiveIter() {
		if err != nil {
			return refused(err)
		}
		if len(m.Data) < answerLength {
			return fmt.Errorf("SOCK_DIAG: an answer of %d bytes, want %d", len(m.Data), answerLength)
		}
		if err := each(m.Data); err != nil {
			return fmt.Errorf("SOCK_DIAG: %w", err)
		}
	}
	return nil
}

// ownConnections lists the TCP sockets of this process's network namespace that are open, on their way there, or listen. It
// asks for no other states: thousands in TIME_WAIT would be listed and dropped.
func ownConnections() (all []connection, err error) {
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		request := make([]byte, requestLength)
		request[0], request[1] = family, unix.IPPROTO_TCP
		binary.NativeEndian.PutUint32(request[4:], 1<<stateEstablished|1<<stateReceived|1<<stateListen)
		err := dump(request, nil, func(b []byte) error {
			all = append(all, connection{
				local:  netip.AddrPortFrom(addressAt(b, 8), binary.BigEndian.Uint16(b[4:])),  // idiag_src, idiag_sport
				remote: netip.AddrPortFrom(addressAt(b, 24), binary.BigEndian.Uint16(b[6:])), // idiag_dst, idiag_dport
				state:  uint64(b[1]),
				inode:  uint64(binary.NativeEndian.Uint32(b[68:])),
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// request is a struct inet_diag_req_v2. Of UDP the kernel picks the port; of TCP all are wanted.
func (q question) request(family byte) []byte {
	b := make([]byte, requestLength)
	b[0], b[1], b[2] = family, unix.IPPROTO_TCP, 1<<(memoryAttribute-1)
	states := uint32(connected)
	if q.udp {
		b[1], states = unix.IPPROTO_UDP, unconnected
		binary.BigEndian.PutUint16(b[8:], q.address.Port())
	}
	binary.NativeEndian.PutUint32(b[4:], states)
	return b
}

// add counts one struct inet_diag_msg with its attributes. Without memory it is no socket any more, but what waits in
// its place for late packets.
func (s *side) add(b []byte) error {
	attributes, err := netlink.UnmarshalAttributes(b[answerLength:])
	if err != nil {
		return err
	}
	u32 := binary.NativeEndian.Uint32
	if u32(b[68:]) != 0 { // idiag_inode: it is a socket
		s.untold++
	}
	for _, a := range attributes {
		if a.Type != memoryAttribute || len(a.Data) < 4*8 {
			continue
		}
		s.sockets++
		if b[0] == unix.AF_INET6 {
			s.six++
		}
		if u32(b[68:]) != 0 {
			s.files++
		}
		s.queued += float64(u32(b[56:])) + float64(u32(b[60:]))        // idiag_rqueue, idiag_wqueue
		v := func(i int) float64 { return float64(u32(a.Data[4*i:])) } // SK_MEMINFO_*
		s.receive += v(0)
		s.limit += v(1)
		s.forward += v(4)
		s.send += v(5)
		s.option += v(6)
		s.backlog += v(7)
		if len(a.Data) >= 4*9 { // since 4.7
			s.dropped += v(8)
		}
	}
	return nil
}

// of tells whose socket one is: bound to the address, where a listener on all addresses has every one; of a process that was named;
// or connected to the address. nil: of nobody who is meant.
func (e *ends) of(b []byte, q question) *side {
	at := func(address, port int) bool {
		a := q.address.Addr().Unmap()
		return binary.BigEndian.Uint16(b[port:]) == q.address.Port() && (a.IsUnspecified() || addressAt(b, address) == a)
	}
	switch {
	case at(8, 4): // idiag_src, idiag_sport
		return &e.server
	case q.inodes[uint64(binary.NativeEndian.Uint32(b[68:]))]: // idiag_inode
		return &e.further
	case at(24, 6): // idiag_dst, idiag_dport
		return &e.client
	default:
		return nil
	}
}

func addressAt(b []byte, from int) netip.Addr {
	if b[0] == unix.AF_INET {
		return netip.AddrFrom4([4]byte(b[from : from+4]))
	}
	return netip.AddrFrom16([16]byte(b[from : from+16])).Unmap()
}

// refused marks the errors of systems without SOCK_DIAG for TCP, or with a sandbox in front of it.
func refused(err error) error {
	for _, e := range []error{
		syscall.EPERM, syscall.EACCES, syscall.ENOENT, syscall.EPROTONOSUPPORT, syscall.EAFNOSUPPORT, syscall.EOPNOTSUPP, syscall.ENOSYS,
	} {
		if errors.Is(err, e) {
			return fmt.Errorf("SOCK_DIAG: %w: %w", errors.ErrUnsupported, err)
		}
	}
	return fmt.Errorf("SOCK_DIAG: %w", err)
}
