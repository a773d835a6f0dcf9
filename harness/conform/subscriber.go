package conform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// Subscriber is one connection read with the decoder of its transport.
type Subscriber struct {
	stream   io.ReadWriteCloser
	decoder  fleet.Decoder
	greeting uint64 // wire.Live: it has not come
	payloads [][]byte
	mark     wire.Mark // of the messages published for it

	target    wire.Target // with its own values
	confirmed bool        // by the message of a server that is not ours
	others    [][]byte    // payloads of a server that is not ours that are no messages, the first of them
	misread   string      // why messages of such a server are looked for wrongly; empty: nothing tells so
	seen      evidence
}

// Subscribe opens a subscription as the client does, on a connection of its own or a shared one, and waits until its greeting
// confirms it. A server that is not ours sends no greeting, and may send even the head of its answer with the first message.
func Subscribe(ctx context.Context, client fleet.Client, target wire.Target, after uint64) (*Subscriber, error) {
	d := client.Decoder()
	return subscribe(ctx, client, target, d, d.Open(target, after))
}

// subscribe sends a request that the decoder has made.
func subscribe(ctx context.Context, client fleet.Client, target wire.Target, d fleet.Decoder, request []byte) (s *Subscriber, err error) {
	s = &Subscriber{decoder: d, greeting: wire.Live, target: target}
	if s.stream, err = open(ctx, client, target, request); err != nil {
		return nil, err
	}
	if x := s.target.External; x != nil {
		if x.Confirmed == "" {
			return s, nil
		}
		if err := s.await(ctx, func() bool { return s.confirmed }); err != nil {
			_ = s.stream.Close()
			return nil, fmt.Errorf("no message with %q confirmed the subscription: %w", x.Confirmed, err)
		}
		return s, nil
	}
	if err := s.await(ctx, func() bool { return s.greeting != wire.Live }); err != nil {
		_ = s.stream.Close()
		return nil, fmt.Errorf("no greeting: %w", err)
	}
	return s, nil
}

// open connects and sends a request.
func open(ctx context.Context, client fleet.Client, target wire.Target, request []byte) (io.ReadWriteCloser, error) {
	if client.Dialer != nil {
		return client.Dialer.Open(ctx, fleet.Dial{Target: &target, Request: request}, untraced{})
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", target.Address)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(request); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// untraced is a connection trace that records nothing.
type untraced struct{}

func (untraced) Connected()   {}
func (untraced) Joined()      {}
func (untraced) Secured(bool) {}
func (untraced) Answered()    {}

// Until reads until the condition holds; nil is also a clean end of the stream. When ctx ends, so does the connection.
func (s *Subscriber) Until(ctx context.Context, enough func() bool) error {
	defer context.AfterFunc(ctx, func() { _ = s.stream.Close() })()
	buffer := make([]byte, 1000) // small, so that messages are split
	for !enough() {
		n, err := s.stream.Read(buffer)
		// A request that crosses the end of a kept connection is answered by a reset.
		_, polls := s.decoder.(interface{ Poll() []byte })
		switch {
		case errors.Is(err, io.EOF), polls && errors.Is(err, syscall.ECONNRESET):
			return s.decoder.EOF()
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
		s.seen.see(buffer[:n])
		reply, err := s.decoder.Feed(buffer[:n], s.take)
		if len(reply) > 0 {
			if _, werr := s.stream.Write(reply); werr != nil && !errors.Is(werr, syscall.EPIPE) {
				return werr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// await is Until where the stream must not end before.
func (s *Subscriber) await(ctx context.Context, enough func() bool) error {
	err := s.Until(ctx, enough)
	if err == nil && !enough() {
		err = errors.New("the server ended the subscription")
	}
	return err
}

// Close ends the connection without a farewell, as a network would.
func (s *Subscriber) Close() error { return s.stream.Close() }

const othersKept = 100

// take notes what the decoder emits: one payload, or what a server that is not ours has made of several.
func (s *Subscriber) take(message []byte) {
	if s.target.External == nil {
		s.note(message)
		return
	}
	if c := s.target.External.Confirmed; c != "" && !s.confirmed {
		if s.confirmed = bytes.Contains(message, []byte(c)); !s.confirmed {
			return
		}
	}
	if s.misread == "" {
		s.misread = s.target.External.Diagnose(message)
	}
	ours := false
	for payload := range s.target.External.Payloads(message) {
		if _, ok := s.stamp(payload); ok {
			s.note(payload)
			ours = true
		}
	}
	if !ours && len(s.others) < othersKept { // other messages than ours, as the load counts them
		s.others = append(s.others, slices.Clone(message))
	}
}

// stamp reads the stamp of a payload. Other messages of a server can look like one, and has another mark; a greeting has none,
// and comes of our servers only.
func (s *Subscriber) stamp(payload []byte) (wire.Stamp, bool) {
	stamp, ok := wire.ParseStamp(payload)
	return stamp, ok && (stamp.Mark == s.mark || stamp.Greeting() && s.target.External == nil)
}

func (s *Subscriber) note(payload []byte) {
	if stamp, ok := s.stamp(payload); ok && stamp.Greeting() {
		s.greeting = stamp.Seq
		return
	}
	s.payloads = append(s.payloads, slices.Clone(payload))
}

// Numbers are those of the messages that came, as they came.
func (s *Subscriber) Numbers() []uint64 {
	numbers := make([]uint64, len(s.payloads))
	for i, p := range s.payloads {
		if stamp, ok := s.stamp(p); ok {
			numbers[i] = stamp.Seq
		}
	}
	return numbers
}
