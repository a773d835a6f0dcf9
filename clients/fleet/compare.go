package fleet

import (
	"bytes"
	"context"
	"sync/atomic"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// oneIn is which part of the messages is compared byte by byte: of each message one connection in so many, and of each
// connection one message in so many. The length of all is.
const oneIn = 16

// expectation is what the messages of a broadcast carry.
type expectation struct {
	wire.Expect
	latest atomic.Pointer[expected]
}

// expected is a message as it was published, but for its stamp: it reaches many connections, and is made once.
type expected struct {
	seq     uint64
	message []byte
}

// Expect says what the messages to come carry. Before, nothing is compared.
func (f *Fleet) Expect(_ context.Context, e wire.Expect) error {
	if err := e.Check(); err != nil {
		return err
	}
	f.expected.Store(&expectation{Expect: e})
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.lockShards()()
	for _, r := range f.shards {
		r.mark, r.marked = e.Mark, true
		if r.every = 0; e.Rate > 0 {
			r.every = float64(time.Second) / e.Rate
		}
	}
	return nil
}

// compare holds a message that c received against what was published; false: it is another. The recorder is locked.
func (r *recorder) compare(c *conn, seq uint64, payload []byte) bool {
	e := r.fleet.expected.Load()
	if e == nil || seq <= e.After {
		return true
	}
	same := len(payload) == e.Size
	if same && (seq+uint64(c.number))%oneIn != 0 {
		return true
	}
	r.Compared++
	if same && bytes.Equal(payload[wire.StampSize:], e.message(seq)[wire.StampSize:]) {
		return true
	}
	r.Changed++
	return false
}

func (e *expectation) message(seq uint64) []byte {
	latest := e.latest.Load()
	if latest == nil || latest.seq != seq {
		latest = &expected{seq, e.Message(wire.Stamp{Seq: seq})}
		e.latest.Store(latest)
	}
	return latest.message
}
