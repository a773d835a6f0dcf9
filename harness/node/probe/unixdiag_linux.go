package probe

import (
	"encoding/binary"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// From include/uapi/linux/unix_diag.h.
const (
	unixRequestLength = 24 // struct unix_diag_req
	unixAnswerLength  = 16 // struct unix_diag_msg
	unixName          = 0  // UNIX_DIAG_NAME
	unixPeer          = 2  // UNIX_DIAG_PEER
	unixShow          = 1<<unixName | 1<<unixPeer
)

// unixConnections are the connections over Unix sockets of this process's network namespace, by the number of the client's
// socket that of the server's, which has the name; none where the kernel does not show it. proc/net/unix, which procfs reads, has no peers.
func unixConnections() map[uint64]uint64 {
	c, err := netlink.Dial(unix.NETLINK_SOCK_DIAG, nil)
	if err != nil {
		return nil
	}
	defer c.Close() //nolint:errcheck // nothing was written that could be lost
	if c.SetDeadline(time.Now().Add(diagTimeout)) != nil {
		return nil
	}
	request := make([]byte, unixRequestLength)
	request[0] = unix.AF_UNIX
	binary.NativeEndian.PutUint32(request[4:], 1<<stateEstablished)
	binary.NativeEndian.PutUint32(request[12:], unixShow)
	_, err = c.Send(netlink.Message{
		Header: netlink.Header{Type: unix.SOCK_DIAG_BY_FAMILY, Flags: netlink.Request | netlink.Dump}, Data: request,
	})
	if err != nil {
		return nil
	}
	all := map[uint64]uint64{}
	for m, err := range c.ReceiveIter() {
		if err != nil {
			return nil
		}
		if len(m.Data) < unixAnswerLength {
			continue
		}
		attributes, err := netlink.UnmarshalAttributes(m.Data[unixAnswerLength:])
		if err != nil {
			return nil
		}
		named, peer := false, uint64(0)
		for _, a := range attributes {
			switch {
			case a.Type == unixName:
				named = true
			case a.Type == unixPeer && len(a.Data) >= 4:
				peer = uint64(binary.NativeEndian.Uint32(a.Data))
			}
		}
		if named && peer != 0 {
			all[peer] = uint64(binary.NativeEndian.Uint32(m.Data[4:])) // udiag_ino
		}
	}
	return all
}
