package fleet

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
)

// holder is a decoder that keeps what is incomplete.
type holder interface {
	Holding() int // bytes of memory
	Forget()      // the connection has ended
}

// small is what every client may hold uncounted, in bytes: the counts of those that do not are few.
const small = 16 << 10

// leastBound is what the clients of a fleet may hold together whatever their messages, in bytes.
const leastBound = 256 << 20

// boundOf is how many bytes the clients may hold together of messages that have not ended: as much as the largest message of
// the scenario takes, for each of them at once. A server whose messages do not end would take each client's limit.
func boundOf(clients int, limit wire.Limit) int64 {
	if limit.Bytes() <= wire.LeastLimit { // far more than a message takes
		return leastBound
	}
	return max(leastBound, int64(clients)*int64(limit.Bytes())/2)
}

// holds counts what the client's decoder keeps. The error ends the connection: the fleet has no room for it. The recorder is
// locked.
func (c *conn) holds(r *recorder) error {
	h, ok := c.decoder.(holder)
	if !ok {
		return nil
	}
	n := h.Holding()
	if n < small && len(r.holding) == 0 {
		return nil
	}
	before := r.holding[c]
	if n < small {
		n = 0
		delete(r.holding, c)
	} else {
		r.holding[c] = n
	}
	if total, bound := r.fleet.holding.Add(int64(n-before)), r.fleet.bound.Load(); total > bound && n > before {
		return fmt.Errorf("the connections of an agent hold more than %d MiB of messages that have not ended: does the server end each?", bound>>20)
	}
	return nil
}

// forgets gives back what the client's decoder keeps; the recorder is locked.
func (c *conn) forgets(r *recorder) {
	h, ok := c.decoder.(holder)
	if !ok {
		return
	}
	h.Forget()
	r.fleet.holding.Add(-int64(r.holding[c]))
	delete(r.holding, c)
}
