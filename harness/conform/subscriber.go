package conform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// Subscriber is one connection read with the decoder of its transport.
type Subscriber struct {
	stream   io.ReadWriteCloser
	decoder  fleet.Decoder
	greeting uint64 // wire.Live: it has not come
	payloads [][]byte

	unordered bool          // messages may overtake one another
	foreign   *wire.Foreign // what is known of a server that is not ours
}

// Subscribe opens a subscription as the client does, on a connection of its own or a shared one, and waits until it is
// confirmed: by its greeting, or of a server that is not ours by the head of its answer. It follows redirects as the client does.
func Subscribe(ctx context.Context, client fleet.Client, target wire.Target, after uint64) (*Subscriber, error) {
	d := client.Decoder()
	return subscribe(ctx, client, target, d, func(t wire.Target) []byte { return d.Open(t, after) })
}

// subscribe sends a request that the decoder makes, wherever redirects lead.
func subscribe(ctx context.Context, client fleet.Client, target wire.Target, d fleet.Decoder, request func(wire.Target) []byte) (*Subscriber, error) {
	for followed := 0; ; followed++ {
		s := &Subscriber{decoder: d, greeting: wire.Live, unordered: target.Unreliable, foreign: target.Foreign}
		err := s.open(ctx, client, target, request(target))
		var redirect *http1.RedirectError
		switch {
		case err == nil:
			return s, nil
		case !errors.As(err, &redirect) || followed == fleet.MaxRedirects:
			return nil, err
		}
		if target.Path, err = fleet.Follow(target, redirect); err != nil {
			return nil, err
		}
	}
}

// open connects, and waits for the confirmation.
func (s *Subscriber) open(ctx context.Context, client fleet.Client, target wire.Target, request []byte) (err error) {
	if s.stream, err = open(ctx, client, target, request); err != nil {
		return err
	}
	what, confirmed := "greeting", func() bool { return s.greeting != wire.Live }
	if s.foreign != nil {
		what, confirmed = "head", s.decoder.Head
	}
	if err := s.await(ctx, confirmed); err != nil {
		_ = s.stream.Close()
		return fmt.Errorf("no %s: %w", what, err)
	}
	return nil
}

// open connects and sends a request.
func open(ctx context.Context, client fleet.Client, target wire.Target, request []byte) (io.ReadWriteCloser, error) {
	if client.Carrier != nil {
		return client.Carrier.Open(ctx, fleet.Dial{Target: &target, Request: request}, nobody{})
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

// nobody notes the moments of a carrier.
type nobody struct{}

func (nobody) Connected()   {}
func (nobody) Joined()      {}
func (nobody) Secured(bool) {}
func (nobody) Answered()    {}

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

func (s *Subscriber) take(payload []byte) {
	if s.foreign != nil {
		var ours bool
		if payload, ours = s.foreign.Payload(payload); !ours {
			return
		}
	}
	stamp, ok := wire.ParseStamp(payload)
	if ok && stamp.Greeting() {
		s.greeting = stamp.Seq
		return
	}
	if !ok && s.foreign != nil {
		return // what a server says beside our messages, as the load counts it
	}
	s.payloads = append(s.payloads, slices.Clone(payload))
}
