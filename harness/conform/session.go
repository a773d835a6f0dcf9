package conform

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// session is a server under one check.
type session struct {
	server  Server
	target  wire.Target
	mark    wire.Mark    // of the published messages
	client  fleet.Client // of all its subscribers
	all     []*Subscriber
	clients uint32  // so far
	others  float64 // subscribers that were there before
	stopped bool    // by the check itself
}

// subscribe opens n subscriptions, and returns when each has begun.
func (h *session) subscribe(ctx context.Context, n int, after uint64) ([]*Subscriber, error) {
	if h.target.External != nil && after != wire.Live {
		return nil, ownNumbers
	}
	if h.target.External != nil {
		return h.settled(ctx, n)
	}
	return h.open(ctx, n, after)
}

func (h *session) open(ctx context.Context, n int, after uint64) (all []*Subscriber, err error) {
	for range n {
		s, err := Subscribe(ctx, h.client, h.next(), after)
		if err != nil {
			return nil, fmt.Errorf("subscribe: %w", err)
		}
		s.mark = h.mark
		h.all, all = append(h.all, s), append(all, s)
	}
	return all, nil
}

// next is the target of another client.
func (h *session) next() wire.Target {
	h.clients++
	return h.target.For(h.clients - 1)
}

func (h *session) one(ctx context.Context, after uint64) (*Subscriber, error) {
	s, err := h.subscribe(ctx, 1, after)
	if err != nil {
		return nil, err
	}
	return s[0], nil
}

// end leaves no connection behind. A server that is not to be stopped was not asked for the sake of the check: the next one
// finds it as it was.
func (h *session) end(ctx context.Context) error {
	h.hangUp()
	if h.client.Dialer != nil {
		h.client.Dialer.Close()
	}
	if h.stopped {
		return nil
	}
	err := h.server.Stop()
	if errors.As(err, new(SkipReason)) {
		_, _ = h.stat(ctx, subscribed, func(n float64) bool { return n <= h.others })
		return nil
	}
	return err
}

// hangUp ends all subscriptions from this side.
func (h *session) hangUp() {
	for _, s := range h.all {
		_ = s.Close()
	}
}

// broadcast publishes messages of text.
func (h *session) broadcast(ctx context.Context, count, size int) (wire.Published, error) {
	return h.publish(ctx, count, wire.Content{Size: size})
}

// publish publishes, and checks the server's answer. A server that is not ours is published to one by one: requests
// that overlap have no order.
func (h *session) publish(ctx context.Context, count int, c wire.Content) (wire.Published, error) {
	step := count
	if h.target.External != nil {
		step = 1
	}
	var all wire.Published
	for n := 0; n < count; n += step {
		done, err := h.publishAtOnce(ctx, step, c)
		if err != nil {
			return done, err
		}
		if n == 0 {
			all = done
		}
		all.Through = done.Through
	}
	return all, nil
}

func (h *session) publishAtOnce(ctx context.Context, count int, c wire.Content) (wire.Published, error) {
	rate := 2000.0
	if h.target.Unreliable { // messages that arrive faster than they are read are lost
		rate = 100
	}
	done, err := h.server.Broadcast(ctx, wire.Broadcast{Rate: rate, Count: count, Size: c.Size, Payload: c.Payload, Seed: c.Seed, Mark: h.mark})
	if err != nil {
		return done, fmt.Errorf("broadcast: %w", err)
	}
	if done.Through-done.After != uint64(count) { //nolint:gosec // a small count
		return done, fmt.Errorf("broadcast: %d messages were asked for, and (%d, %d] published", count, done.After, done.Through)
	}
	return done, nil
}

// follow broadcasts while a subscriber reads through a message: not every transport keeps unread messages.
func (h *session) follow(ctx context.Context, s *Subscriber, count int, through uint64) (wire.Published, error) {
	read := make(chan error, 1)
	go func() { read <- s.run(ctx, s.greeting, through) }()
	done, err := h.broadcast(ctx, count, 64)
	if err != nil {
		h.hangUp()
	}
	return done, errors.Join(err, <-read)
}

// stat waits until one of the server's figures is as wanted.
func (h *session) stat(ctx context.Context, name string, enough func(float64) bool) (float64, error) {
	s, ok := h.server.(counter)
	if !ok {
		return 0, SkipReason("the server does not count its subscribers")
	}
	for last := 0.0; ; {
		stats, err := s.Stats(ctx)
		switch {
		case ctx.Err() != nil:
			return 0, fmt.Errorf("%s is still %v: %w", name, last, context.Cause(ctx))
		case err != nil:
			return 0, err
		case enough(stats[name]):
			return stats[name], nil
		}
		last = stats[name]
	}
}

// subscribed is the number of subscribers of a server.
const subscribed = "hub/subscribers"

// counting is why the server's subscribers cannot be counted; nil: they can.
func (h *session) counting() error {
	_, counts := h.server.(counter)
	switch {
	case h.target.Transport == polling:
		return SkipReason("between requests there is no subscription")
	case !counts:
		return SkipReason("the server does not count its subscribers")
	default:
		return nil
	}
}

// counted is how many subscribers the server has now, where it counts them.
func (h *session) counted(ctx context.Context) float64 {
	n, err := h.stat(ctx, subscribed, func(float64) bool { return true })
	if err != nil {
		return 0
	}
	return n
}

// polling is the transport whose server holds nothing between requests.
const polling = "poll"

// run checks that a subscriber has got the messages behind after, through through, each once and in order; the order is not
// asked where the transport has none.
func (s *Subscriber) run(ctx context.Context, after, through uint64) error {
	// A later message shows the missing ones before it; only the last one must be waited for.
	want := int(through - after) //nolint:gosec // a small count
	err := s.Until(ctx, func() bool { return len(s.payloads) >= want || !s.target.Unreliable && s.last(after) >= through })
	if s.target.Unreliable {
		slices.SortStableFunc(s.payloads, inOrder)
	}
	for i, p := range s.payloads {
		stamp, ok := s.stamp(p)
		switch next := after + 1 + uint64(i); {
		case !ok:
			return fmt.Errorf("the data received in place of message %d has no stamp of this check: %.40q", next, p)
		case stamp.Seq != next && s.misread != "":
			return errors.New(s.misread)
		case stamp.Seq != next:
			return fmt.Errorf("message %d came in place of message %d", stamp.Seq, next)
		}
	}
	switch {
	case err != nil && s.misread != "":
		return errors.New(s.misread)
	case err != nil:
		return fmt.Errorf("after %d of %d messages: %w", len(s.payloads), want, err)
	case len(s.payloads) != want:
		return fmt.Errorf("%d of %d messages came, and the connection has ended", len(s.payloads), want)
	}
	return nil
}

// last is the number of the newest message; of none it is after.
func (s *Subscriber) last(after uint64) uint64 {
	if len(s.payloads) == 0 {
		return after
	}
	if stamp, ok := s.stamp(s.payloads[len(s.payloads)-1]); ok {
		return stamp.Seq
	}
	return after
}

// inOrder compares messages by their numbers.
func inOrder(a, b []byte) int {
	x, _ := wire.ParseStamp(a)
	y, _ := wire.ParseStamp(b)
	return cmp.Compare(x.Seq, y.Seq)
}

// same checks that two subscribers have got the same bytes.
func same(a, b [][]byte) error {
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Errorf("two subscribers got different bytes: %.40q and %.40q", a[i], b[i])
		}
	}
	return nil
}
