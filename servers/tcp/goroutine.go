// Package tcp is the floor: the same hub and delivery loop on a raw TCP connection, with the least framing that can carry
// a message. What it costs is what the kernel and the loop ask for anyway; what another lane costs above it is its own.
//
// A subscriber sends eight bytes, the sequence number to resume after (all ones: live), and receives frames: a length in
// four bytes, big-endian, and that many bytes of payload. A length of zero is a heartbeat.
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

// requestSize is the length of a request in bytes.
const requestSize = 8

// requestTimeout bounds how long a client may take to say where to begin.
const requestTimeout = 10 * time.Second

// Goroutines serves each connection with two goroutines, a reader and the delivery, as a Go program would. It returns
// when ctx ends and every connection has closed.
func Goroutines(ctx context.Context, l net.Listener, h *hub.Hub, p hub.Policy) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
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
		open.Go(func() { serve(ctx, conn, h, p) })
	}
}

func temporary(err error) bool {
	var e interface{ Temporary() bool }
	return errors.As(err, &e) && e.Temporary()
}

// serve delivers until the client leaves or ctx ends.
func serve(parent context.Context, conn net.Conn, h *hub.Hub, p hub.Policy) {
	defer conn.Close() //nolint:errcheck // nobody is left to tell
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
		// A subscriber has nothing more to say: a byte or an end means that it has left.
		_, _ = conn.Read(make([]byte, 1))
	}()
	_ = h.Deliver(ctx, binary.BigEndian.Uint64(request[:]), p, sink{conn})
}

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
