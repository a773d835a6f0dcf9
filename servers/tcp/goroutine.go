// Package tcp is the floor: the same hub and delivery loop on a raw TCP connection, with the least framing that can carry
// a message. What it costs is what the kernel and the loop ask for anyway; what another lane costs above it is its own.
//
// A subscriber sends eight bytes, the sequence number to resume after (all ones: live), and receives frames: a length in
// four bytes, big-endian, and that many bytes of payload. A length of zero is a heartbeat. Its own messages are such frames,
// and so is what confirms them.
package tcp

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pushbench/pushbench/servers/hub"
)

// Encode returns the frame of a message as []byte.
func Encode(m hub.Message) any {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(m.Data)), uint32(len(m.Data))) //nolint:gosec // payloads are at most 1 MiB
	return append(b, m.Data...)
}

var heartbeat = []byte{0, 0, 0, 0} //nolint:gochecknoglobals // constant bytes

// Lengths in bytes.
const (
	requestSize = 8
	headSize    = 4 // of a frame
)

// requestTimeout bounds how long a client may take to send its request.
const requestTimeout = 10 * time.Second

// Goroutines serves each connection with two goroutines, a reader and the delivery, as a Go program would. It returns
// when ctx ends and every connection has closed.
func Goroutines(ctx context.Context, l net.Listener, h *hub.Hub, p hub.Policy) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
	buffers := &sync.Pool{New: func() any { return new(message) }}
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if temporary(err) {
			// Out of descriptors: net/http waits as long before it tries again.
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		if err != nil {
			return err
		}
		open.Go(func() { serve(ctx, conn, h, p, buffers) })
	}
}

func temporary(err error) bool {
	var e interface{ Temporary() bool }
	return errors.As(err, &e) && e.Temporary()
}

// serve delivers until the client leaves or ctx ends.
func serve(parent context.Context, conn net.Conn, h *hub.Hub, p hub.Policy, buffers *sync.Pool) {
	defer conn.Close() //nolint:errcheck // the client is gone
	var request [requestSize]byte
	_ = conn.SetReadDeadline(time.Now().Add(requestTimeout))
	if _, err := io.ReadFull(conn, request[:]); err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	go func() {
		defer cancel()
		listen(conn, h, buffers)
	}()
	_ = h.Deliver(ctx, binary.BigEndian.Uint64(request[:]), p, sink{conn})
}

// message is room for one of a subscriber's, and for the frame that confirms it.
type message [hub.MaxUplink + headSize + hub.MaxUplink]byte

// listen takes a subscriber's messages until it leaves or breaks the protocol.
func listen(conn net.Conn, h *hub.Hub, buffers *sync.Pool) {
	head := make([]byte, headSize)
	for {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		buffer := buffers.Get().(*message) //nolint:forcetypeassert // the pool's only type
		err := receive(conn, h, binary.BigEndian.Uint32(head), buffer)
		buffers.Put(buffer)
		if err != nil {
			return
		}
	}
}

// receive takes a message of n bytes and confirms it, in one write: the delivery writes whole frames too, and a socket takes
// one after the other.
func receive(conn net.Conn, h *hub.Hub, n uint32, buffer *message) error {
	if n > hub.MaxUplink {
		return errLeft
	}
	if _, err := io.ReadFull(conn, buffer[:n]); err != nil {
		return err
	}
	confirmation := confirm(buffer[hub.MaxUplink:hub.MaxUplink], h, buffer[:n])
	if confirmation == nil {
		return errLeft
	}
	_, err := conn.Write(confirmation)
	return err
}

// confirm hands a message over and appends the frame that confirms it; nil: it is not accepted.
func confirm(to []byte, h *hub.Hub, message []byte) []byte {
	confirmation := h.Receive(message)
	if confirmation == nil {
		return nil
	}
	to = binary.BigEndian.AppendUint32(to, uint32(len(confirmation))) //nolint:gosec // of a short message
	return append(to, confirmation...)
}

var errLeft = errors.New("the subscriber has left")

type sink struct{ conn net.Conn }

func (s sink) Send(batch []hub.Message) error {
	for i := range batch {
		if _, err := s.conn.Write(batch[i].Frame.([]byte)); err != nil { //nolint:forcetypeassert // Encode made it
			return err
		}
	}
	return nil
}

func (s sink) Heartbeat() error {
	_, err := s.conn.Write(heartbeat)
	return err
}
