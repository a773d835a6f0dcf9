package conform

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/pushbench/pushbench/internal/wire"
)

// delivery publishes messages of one size to several subscribers at a time.
func delivery(messages, size int) func(context.Context, *session) error {
	return func(ctx context.Context, h *session) error {
		const subscribers = 8
		all, err := h.subscribe(ctx, subscribers, wire.Live)
		if err != nil {
			return err
		}
		read, err := h.receive(ctx, all, messages, func() error {
			_, err := h.broadcast(ctx, messages, size)
			return err
		})
		if err != nil {
			return err
		}
		for i, s := range all {
			if err := errors.Join(read[i], same(s.payloads, all[0].payloads)); err != nil {
				return fmt.Errorf("subscriber %d: %w", i+1, err)
			}
			for _, p := range s.payloads {
				if len(p) != size {
					return fmt.Errorf("subscriber %d: a message of %d bytes came as %d", i+1, size, len(p))
				}
			}
		}
		return nil
	}
}

// receive has all subscribers read so many messages while they are published. What became of each is in the order of theirs; the
// other error is why messages were not published.
func (h *session) receive(ctx context.Context, all []*Subscriber, messages int, publish func() error) ([]error, error) {
	var readers sync.WaitGroup
	read := make([]error, len(all))
	for i, s := range all {
		readers.Go(func() { read[i] = s.run(ctx, s.greeting, s.greeting+uint64(messages)) })
	}
	err := publish()
	if err != nil {
		h.hangUp() // there is nothing to wait for
	}
	readers.Wait()
	return read, err
}

// confirmation subscribes between messages.
func confirmation(ctx context.Context, h *session) error {
	if h.target.External != nil {
		return greetsNobody
	}
	before, err := h.broadcast(ctx, 3, 64)
	if err != nil {
		return err
	}
	s, err := h.one(ctx, wire.Live)
	if err != nil {
		return err
	}
	if s.greeting != before.Through {
		return fmt.Errorf("the greeting has %d, and the last message was %d", s.greeting, before.Through)
	}
	after, err := h.broadcast(ctx, 3, 64)
	if err != nil {
		return err
	}
	return s.run(ctx, before.Through, after.Through)
}

// resume cuts a subscriber and lets it come back.
func resume(ctx context.Context, h *session) error {
	const messages, seen = 50, 20
	if h.target.External != nil {
		return ownNumbers
	}
	first, err := h.one(ctx, wire.Live)
	if err != nil {
		return err
	}
	done, err := h.follow(ctx, first, messages, first.greeting+messages)
	if err != nil {
		return err
	}
	_ = first.Close()
	again, err := h.one(ctx, done.After+seen)
	if err != nil {
		return err
	}
	if again.greeting != done.After+seen {
		return fmt.Errorf("the greeting has %d for a subscriber that resumes after %d", again.greeting, done.After+seen)
	}
	if _, err := h.follow(ctx, again, messages, done.Through+messages); err != nil {
		return fmt.Errorf("resumed behind %d: %w", done.After+seen, err)
	}
	return same(first.payloads[seen:], again.payloads)
}

// cleanEnd stops the server under its subscribers.
func cleanEnd(ctx context.Context, h *session) error {
	all, err := h.subscribe(ctx, 3, wire.Live)
	if err != nil {
		return err
	}
	h.stopped = true
	stopped := make(chan error, 1)
	go func() {
		err := h.server.Stop()
		if errors.As(err, new(SkipReason)) {
			h.hangUp() // it goes on
		}
		stopped <- err
	}()
	var broken error
	for i, s := range all {
		if err := s.Until(ctx, never); err != nil {
			broken = errors.Join(broken, fmt.Errorf("subscriber %d: %w", i+1, err))
		}
		_ = s.Close()
	}
	if err := <-stopped; err != nil {
		h.stopped = !errors.As(err, new(SkipReason))
		return err
	}
	return broken
}

func never() bool { return false }

// serversCut has the server end all connections, and lets one come back.
func serversCut(ctx context.Context, h *session) error {
	server, ok := h.server.(cutter)
	if !ok {
		return SkipReason("the server cannot be asked to end its connections")
	}
	if err := h.counting(); err != nil {
		return err
	}
	both, err := h.subscribe(ctx, 2, wire.Live)
	if err != nil {
		return err
	}
	done, err := h.broadcast(ctx, 10, 64)
	if err != nil {
		return err
	}
	for _, s := range both {
		if err := s.run(ctx, done.After, done.Through); err != nil {
			return err
		}
	}
	// Those that poll have asked again.
	if _, err := h.stat(ctx, subscribed, func(n float64) bool { return n == h.others+2 }); err != nil {
		return err
	}
	if err := server.Cut(ctx); err != nil {
		return err
	}
	for i, s := range both {
		if err := s.Until(ctx, never); err != nil {
			return fmt.Errorf("subscriber %d: cut: %w", i+1, err)
		}
		_ = s.Close()
	}
	again, err := h.one(ctx, done.Through)
	if err != nil {
		return err
	}
	more, err := h.broadcast(ctx, 10, 64)
	if err != nil {
		return err
	}
	return again.run(ctx, done.Through, more.Through)
}

// heartbeats leaves a subscriber in silence before it gets messages.
func heartbeats(ctx context.Context, h *session) error {
	if err := h.counting(); err != nil {
		return err
	}
	s, err := h.one(ctx, wire.Live)
	if err != nil {
		return err
	}
	const messages = 20
	read := make(chan error, 1)
	go func() { read <- s.run(ctx, s.greeting, s.greeting+messages) }() // some servers wait for an answer to each
	if _, err := h.stat(ctx, "hub/heartbeats", func(n float64) bool { return n >= 3 }); err != nil {
		h.hangUp()
		return errors.Join(err, <-read)
	}
	if _, err := h.broadcast(ctx, messages, 64); err != nil {
		h.hangUp()
		return errors.Join(err, <-read)
	}
	return <-read
}

// leaving lets one of two subscribers go.
func leaving(ctx context.Context, h *session) error {
	if err := h.counting(); err != nil {
		return err
	}
	both, err := h.subscribe(ctx, 2, wire.Live)
	if err != nil {
		return err
	}
	stays, leaves := both[0], both[1]
	if d, ok := leaves.decoder.(interface{ Close() []byte }); ok {
		if _, err := leaves.stream.Write(d.Close()); err != nil {
			return err
		}
		if err := leaves.Until(ctx, never); err != nil {
			return fmt.Errorf("close handshake: %w", err)
		}
	}
	_ = leaves.Close()
	if _, err := h.stat(ctx, subscribed, func(n float64) bool { return n == h.others+1 }); err != nil {
		return err
	}
	done, err := h.broadcast(ctx, 1, 64)
	if err != nil {
		return err
	}
	return stays.run(ctx, done.After, done.Through)
}
