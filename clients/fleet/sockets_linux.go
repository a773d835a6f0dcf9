package fleet

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"
)

// sockets makes them: non-blocking, stamped by the kernel, without delay.
type sockets struct {
	addresses sync.Map // netip.AddrPort by host:port
}

// connect returns a socket whose connect has ended, or with EINPROGRESS one that is still connecting.
func (s *sockets) connect(address string, source netip.Addr) (int, error) {
	to, err := s.resolve(address)
	if err != nil {
		return -1, err
	}
	family := unix.AF_INET
	if _, six := to.(*unix.SockaddrInet6); six {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
	)
	if err == nil && source.IsValid() {
		err = errors.Join(bindWithoutPort(fd), unix.Bind(fd, &unix.SockaddrInet4{Addr: source.As4()}))
	}
	if err == nil {
		err = unix.Connect(fd, to)
	}
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, err
}

func (s *sockets) resolve(address string) (unix.Sockaddr, error) {
	known, ok := s.addresses.Load(address)
	if !ok {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			return nil, err
		}
		known = netip.AddrPortFrom(tcp.AddrPort().Addr().Unmap(), uint16(tcp.Port)) //nolint:gosec // a port
		s.addresses.Store(address, known)
	}
	// A new one each time: x/sys writes into it.
	to := known.(netip.AddrPort) //nolint:forcetypeassert // the map's only type
	if to.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}, nil
	}
	return &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}, nil
}

var errFull = errors.New("the server does not read what it was sent")

// send writes a request or a reply whole: both are small beside an empty socket buffer.
func send(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.SendmsgN(fd, b, nil, nil, unix.MSG_NOSIGNAL)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return errFull
		case err != nil:
			return err
		case n == 0:
			return io.ErrShortWrite
		}
		b = b[max(n, 0):]
	}
	return nil
}
