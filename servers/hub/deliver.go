package hub

import (
	"context"
	"errors"
	"time"
)

// Sink turns messages into bytes on one connection, or on many. It returns when the bytes are the kernel's, or with the
// error that ends the subscription.
type Sink interface {
	Send(batch []Message) error // shared messages: not to be kept or changed
	Heartbeat() error
}

// Lag says what becomes of a subscriber that the ring has overtaken.
type Lag string

// The lag policies. Both are counted.
const (
	Disconnect Lag = "disconnect" // end the subscription with ErrLagged
	Skip       Lag = "skip"       // go on with the oldest message still known
)

// ErrCut ends every subscription when the hub is told to: a deployment moves its clients to the next server.
var ErrCut = errors.New("the server ends all subscriptions")

// ErrLagged ends a subscription that fell further behind than the history reaches.
var ErrLagged = errors.New("subscriber fell behind the history")

// Live is the sequence number to deliver after that begins with the next message.
const Live = ^uint64(0)

// Policy is how a subscription is served; all connections of a trial share one.
type Policy struct {
	Lag      Lag
	OwnTimer bool // beats from a timer of this subscription instead of the hub's shared tick
}

// Deliver greets the subscriber, then hands every message after the given sequence number to the sink, in order and
// each once, and a heartbeat before the silence grows longer than the heartbeat interval. It returns the sink's error, ErrLagged, ErrCut,
// or the context's cause.
func (h *Hub) Deliver(ctx context.Context, after uint64, p Policy, s Sink) error {
	h.counters.subscribers.Add(1)
	defer h.counters.subscribers.Add(-1)
	cuts := h.cuts.Load()
	if h.config.Wrap != nil {
		s = h.config.Wrap(s)
	}
	d := delivery{hub: h, policy: p, sink: s, cursor: min(after, h.Last())}
	if err := d.greet(); err != nil {
		return err
	}
	h.counters.greeted.Add(1)
	var alarm <-chan time.Time
	if p.OwnTimer && h.config.Heartbeat > 0 {
		tick := time.NewTicker(h.config.Heartbeat / beatsPerInterval)
		defer tick.Stop()
		alarm = tick.C
	}
	d.beat = h.beats.Load()
	for {
		// The channel is loaded before the sequence is looked at: whatever is published later closes this very channel.
		wake := *h.wake.Load()
		if h.cuts.Load() != cuts {
			return ErrCut
		}
		if err := d.drain(); err != nil {
			return err
		}
		if err := d.heartbeat(false); err != nil {
			return err
		}
		if alarm == nil {
			select {
			case <-wake:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		select {
		case <-wake:
		case <-alarm:
			if err := d.heartbeat(true); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// delivery is one subscription: it lives on the stack of the goroutine that delivers.
type delivery struct {
	hub    *Hub
	policy Policy
	sink   Sink
	cursor uint64 // last sequence number handed to the sink
	beat   uint64 // last beat of the hub that was looked at
	sent   bool   // something was sent since that beat
}

// greet confirms the subscription and tells where it begins.
func (d *delivery) greet() error {
	m := Message{Seq: d.cursor, Data: d.hub.config.Greet(d.cursor)}
	if d.hub.config.Encode != nil {
		m.Frame = d.hub.config.Encode(m)
	}
	d.sent = true
	return d.sink.Send([]Message{m})
}

// drain sends all that is known after the cursor.
func (d *delivery) drain() error {
	for d.cursor < d.hub.Last() {
		batch := d.hub.batch(d.cursor + 1)
		if batch == nil {
			if err := d.lag(); err != nil {
				return err
			}
			continue
		}
		if err := d.sink.Send(batch); err != nil {
			return err
		}
		d.hub.counters.delivered.Add(int64(len(batch)))
		d.cursor = batch[len(batch)-1].Seq
		d.sent = true
	}
	return nil
}

// lag applies the policy to a cursor that has left the ring.
func (d *delivery) lag() error {
	if d.policy.Lag == Disconnect {
		d.hub.counters.lagged.Add(1)
		return ErrLagged
	}
	next := max(d.hub.oldest(), d.cursor+1)
	d.hub.counters.skipped.Add(int64(next - d.cursor - 1)) //nolint:gosec // fewer than were ever published
	d.cursor = next - 1
	return nil
}

// heartbeat looks at a beat, the hub's or the subscription's own alarm, and sends one if nothing was sent since the beat
// before.
func (d *delivery) heartbeat(alarm bool) error {
	if !alarm {
		beat := d.hub.beats.Load()
		if d.policy.OwnTimer || beat == d.beat {
			return nil
		}
		d.beat = beat
	}
	d.sent = !d.sent // either way the next beat sees the opposite: what was sent is forgotten, or a heartbeat was sent
	if !d.sent {
		return nil
	}
	d.hub.counters.heartbeats.Add(1)
	return d.sink.Heartbeat()
}
