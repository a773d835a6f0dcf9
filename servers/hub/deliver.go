package hub

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sink turns messages into bytes on one connection. It returns when the bytes are the kernel's, with Full, or with the error
// that ends the subscription.
type Sink interface {
	Send(batch []Message) error // shared messages: not to be kept or changed
	Heartbeat() error
}

// Full is the answer of a sink that cannot wait for its connection: it took the messages up to one, and no more for now.
type Full struct{ Through uint64 } // sequence number of the last message taken

func (f Full) Error() string {
	return fmt.Sprintf("the connection takes nothing after message %d for now", f.Through)
}

// Lag is the fate of a subscriber that the ring has overtaken.
type Lag string

// The lag policies. Both are counted.
const (
	Disconnect Lag = "disconnect" // end the subscription with ErrLagged
	Skip       Lag = "skip"       // go on with the oldest message still known
)

// ErrCut ends every subscription when the hub is cut: a deployment moves its clients to the next server.
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

// Deliver is a subscription on a goroutine of its own: it greets the subscriber, then hands every message after the given
// sequence number to the sink, in order and each once, and a heartbeat before the silence grows longer than the heartbeat
// interval. It returns the sink's error, ErrLagged, ErrCut, or the context's cause.
func (h *Hub) Deliver(ctx context.Context, after uint64, p Policy, sink Sink) error {
	s, err := h.Subscribe(after, p, sink)
	if err != nil {
		return err
	}
	defer s.End()
	var alarm <-chan time.Time
	if p.OwnTimer && h.config.Heartbeat > 0 {
		tick := time.NewTicker(h.config.Heartbeat / beatsPerInterval)
		defer tick.Stop()
		alarm = tick.C
	}
	for {
		wake := h.Wake()
		if err := s.Advance(); err != nil {
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
			if err := s.heartbeat(true); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
