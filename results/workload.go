package results

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Workload is what a team wants to serve. A decision is made for it, and a run that was made for it records it.
type Workload struct {
	Users      int           `json:"users"`                 // connected at the same time
	Rate       float64       `json:"rate"`                  // messages a second to each of them
	Size       int           `json:"size"`                  // of such a message, in bytes
	ClientRate float64       `json:"client_rate,omitempty"` // messages a second from each of them
	P99        time.Duration `json:"p99,omitempty"`         // the most that the 99th percentile of latency may be; 0: no target
	Reconnects float64       `json:"reconnects,omitempty"`  // of each user, an hour
}

// Check reports what is wrong with a workload.
func (w Workload) Check() error {
	switch {
	case w.Users < 1:
		return fmt.Errorf("users: want how many are connected at the same time, such as 20000, not %d", w.Users)
	case math.IsNaN(w.Rate) || w.Rate <= 0:
		return errors.New("rate: want the messages a second to each user, such as 1 or 0.2")
	case w.Rate > 1e5:
		return fmt.Errorf("rate: want at most 100000 messages a second, not %v", w.Rate)
	case w.Size < 16 || w.Size > 1<<20:
		return fmt.Errorf("size: want the bytes of a message, 16 to 1048576, not %d", w.Size)
	case math.IsNaN(w.ClientRate) || w.ClientRate < 0 || w.ClientRate > 1000:
		return fmt.Errorf("client rate: want 0 to 1000 messages a second from each user, not %v", w.ClientRate)
	case math.IsNaN(w.Reconnects) || w.Reconnects < 0 || w.Reconnects > 3600:
		return fmt.Errorf("reconnects: want 0 to 3600 of each user in an hour, not %v", w.Reconnects)
	case w.P99 < 0:
		return fmt.Errorf("p99: want a time such as 250ms, or 0 for no target, not %v", w.P99)
	default:
		return nil
	}
}
