package fleet

import (
	"errors"
	"io"
	"net"
	"syscall"
)

const (
	readBuffer   = 16 << 10
	streamBuffer = 4 << 10 // of a stream that is no socket: it is held while nothing comes
)

// reader returns what hands the next bytes of a stream to feed, or says how the stream ended.
func (g *goroutines) reader(s *socket) (read func(feed func([]byte)) error, err error) {
	if conn, ok := s.ReadWriteCloser.(*net.TCPConn); ok {
		return g.readable(conn)
	}
	buffer := make([]byte, streamBuffer)
	return func(feed func([]byte)) error {
		n, err := s.Read(buffer)
		if n > 0 {
			feed(buffer[:n])
			return nil // an error comes again
		}
		return err
	}, nil
}

// readable reads a socket with a buffer from the pool, which is taken inside the read callback: the runtime calls it only
// when there may be something to read, so that an idle connection costs a stack and a descriptor.
func (g *goroutines) readable(conn *net.TCPConn) (read func(feed func([]byte)) error, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	var hand func([]byte)
	var ended error
	ready := func(fd uintptr) bool {
		buffer := g.buffers.Get().(*[readBuffer]byte) //nolint:forcetypeassert // the pool's only type
		defer g.buffers.Put(buffer)
		n, err := readNow(fd, buffer[:])
		switch {
		case errors.Is(err, syscall.EAGAIN):
			return false
		case err != nil:
			ended = err
		case n == 0:
			ended = io.EOF
		default:
			hand(buffer[:n])
		}
		return true
	}
	return func(feed func([]byte)) error {
		hand = feed
		if err := raw.Read(ready); err != nil {
			return err
		}
		return ended
	}, nil
}
