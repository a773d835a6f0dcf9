package fleet

import (
	"errors"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// poller is a decoder that asks again and again, at times the fleet chooses.
type poller interface {
	Poll() (request []byte)          // nil: the answer to the one before is not there yet
	Every() (interval time.Duration) // 0: it asks by itself, in reply to an answer
}

// untilPoll is how long a client waits before it asks again: until its place on a grid of times, the same at each turn,
// that waits for no answer. The places of all clients are spread evenly.
func untilPoll(number uint32, every time.Duration) time.Duration {
	if every == 0 {
		return 0
	}
	place := time.Duration(fraction(number) * float64(every))
	return every - (time.Duration(wire.Now())-place)%every
}

// poll returns the request that is due, if one is.
func (c *conn) poll() []byte {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	p, ok := c.decoder.(poller)
	if !ok || c.blackholed || c.closing || c.ended {
		return nil
	}
	return p.Poll()
}

// crossed reports whether a client that polls found its connection closed while its request was under way: the server's
// kernel answers a request to a closed socket with a reset.
func (c *conn) crossed(err error) bool {
	_, polls := c.decoder.(poller)
	return polls && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE))
}
