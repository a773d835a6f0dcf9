package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
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

// diagnose asks the kernel (SOCK_DIAG, sock_diag(7)) for the TCP sockets at one end of the connections to an address, or
// for the UDP socket there. It filters by port; what shares the port on another address is left out here. The error is
// errors.ErrUnsupported where the system has no SOCK_DIAG for them or does not let us use it.
func diagnose(address netip.AddrPort, which end) (side, error) {
	c, err := netlink.Dial(unix.NETLINK_SOCK_DIAG, nil)
	if err != nil {
		return side{}, refused(err)
	}
	defer c.Close() //nolint:errcheck // nothing was written that could be lost
	if err := c.SetDeadline(time.Now().Add(diagTimeout)); err != nil {
		return side{}, err
	}
	_, err = c.Send(netlink.Message{
		Header: netlink.Header{Type: unix.SOCK_DIAG_BY_FAMILY, Flags: netlink.Request | netlink.Dump},
		Data:   diagRequest(address, which),
	})
	if err != nil {
		return side{}, refused(err)
	}
	var sum side
	for m, err := range c.ReceiveIter() {
		if err != nil {
			return side{}, refused(err)
		}
		if err := sum.add(m.Data, address, which); err != nil {
			return side{}, fmt.Errorf("SOCK_DIAG: %w", err)
		}
	}
	return sum, nil
}

// diagRequest is a struct inet_diag_req_v2 for the port at one end. A zero port is any.
func diagRequest(address netip.AddrPort, which end) []byte {
	b := make([]byte, requestLength)
	b[0], b[1], b[2] = family(address.Addr()), unix.IPPROTO_TCP, 1<<(memoryAttribute-1)
	states, port := uint32(connected), b[8:]
	switch which {
	case localEnd:
	case remoteEnd:
		port = b[10:]
	case udpSocket:
		b[1], states = unix.IPPROTO_UDP, unconnected
	}
	binary.NativeEndian.PutUint32(b[4:], states)
	binary.BigEndian.PutUint16(port, address.Port())
	return b
}

func family(a netip.Addr) byte {
	if a.Is4() || a.Is4In6() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// add counts one struct inet_diag_msg with its attributes. Without memory it is no socket any more, but what waits in
// its place for late packets.
func (s *side) add(b []byte, address netip.AddrPort, which end) error {
	if len(b) < answerLength {
		return fmt.Errorf("an answer of %d bytes, want %d", len(b), answerLength)
	}
	if !at(b, address.Addr(), which) {
		return nil
	}
	attributes, err := netlink.UnmarshalAttributes(b[answerLength:])
	if err != nil {
		return err
	}
	u32 := binary.NativeEndian.Uint32
	for _, a := range attributes {
		if a.Type != memoryAttribute || len(a.Data) < 4*8 {
			continue
		}
		s.sockets++
		if u32(b[68:]) != 0 { // idiag_inode
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

// at tells whether the end that was asked for has the address; a listener on all addresses has every one.
func at(b []byte, a netip.Addr, which end) bool {
	from := 8 // idiag_src, behind four bytes of the message and the ports
	if which == remoteEnd {
		from = 24 // idiag_dst
	}
	var found netip.Addr
	if b[0] == unix.AF_INET {
		found = netip.AddrFrom4([4]byte(b[from : from+4]))
	} else {
		found = netip.AddrFrom16([16]byte(b[from : from+16]))
	}
	return a.IsUnspecified() || found.Unmap() == a.Unmap()
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
