package servers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// publisher is the open loop: message i is due at start + i/rate, whatever happened to the messages before it, and
// carries that intended time. A stall of the server delays messages and shows as their latency; it never slows the load
// down (coordinated omission; Tene, "How NOT to Measure Latency").
type publisher struct {
	outlet outlet
	delay  time.Duration // of a lane that is late on purpose: each message is published this long after it was due
	busy   sync.Mutex
}

// outlet takes messages and does not wait until they are delivered: the hub, or what carries them to a server that is not ours.
type outlet interface {
	Last() uint64 // sequence number of the newest message
	Publish(data []byte) (seq uint64)
}

// waitingOutlet takes a message only when those before it have come far enough. What that takes is in the message's latency.
type waitingOutlet interface{ Wait() }

// binaryOutlet takes messages that are no text, too.
type binaryOutlet interface {
	PublishBinary(data []byte) (seq uint64)
}

var errNotText = errors.New("a server that is no part of pushbench is sent text alone: leave payload: binary to other lanes")

// lead lets the first message be on time like all others.
const lead = 1_000_000 // ns

// run publishes one broadcast and records how late each message left. A second broadcast at the same time is refused.
func (p *publisher) run(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	if !p.busy.TryLock() {
		return wire.Published{}, errBusy
	}
	defer p.busy.Unlock()
	lateness := wire.NewHistogram()
	done := wire.Published{After: p.outlet.Last(), Through: p.outlet.Last()}
	waits := schedLatencies()
	start := wire.Now() + lead
	content := b.Content()
	publish := p.outlet.Publish
	if content.Binary() {
		out, ok := p.outlet.(binaryOutlet)
		if !ok {
			return done, errNotText
		}
		publish = out.PublishBinary
	}
	var sinceStart int64 // of all intended times; MaxCount of them in a day still fit
	for i := range b.Count {
		intended := start + int64(float64(i)*1e9/b.Rate)
		sinceStart += intended - start
		// Made ahead of its time: what that takes is in no latency.
		message := content.Message(wire.Stamp{Seq: done.Through + 1, Intended: intended})
		wire.SleepUntil(intended + int64(p.delay))
		if out, ok := p.outlet.(waitingOutlet); ok {
			out.Wait()
		}
		if ctx.Err() != nil {
			return done, context.Cause(ctx)
		}
		wire.Record(lateness, wire.Now()-intended)
		done.Through = publish(message)
	}
	done.Intended = start + sinceStart/int64(b.Count)
	done.Last = start + int64(float64(b.Count-1)*1e9/b.Rate)
	var err, failed error
	done.Waits, err = grown(waits, schedLatencies())
	done.Lateness, failed = wire.EncodeHistogram(lateness)
	return done, errors.Join(err, failed)
}

// greet is the payload that confirms a subscription.
func greet(seq uint64) []byte { return wire.Payload(wire.Stamp{Seq: seq}, wire.StampSize) }
