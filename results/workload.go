package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
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
	Path       string        `json:"path,omitempty"`        // what stands between clients and servers: PathTLS; empty: nothing
	Loads      []Demand      `json:"loads,omitempty"`       // besides the usual one
}

// Demand is what a workload is at other times: a peak, or the minutes after a deploy.
type Demand struct {
	Name string `json:"name"` // of the broadcast that measures it, where it has one of its own
	Workload
}

// Bounds of a workload.
const (
	UsualSize      = 128     // of a message where nothing is said, in bytes
	LeastSize      = 16      // of a message, in bytes: its number and its time
	MostSize       = 1 << 20 // the same
	MostReconnects = 3600    // of a user, an hour
)

// PathTLS is the path of clients that connect over TLS.
const PathTLS = "tls"

// Broadcast reports whether a load needs a broadcast of its own: the usual one has other messages.
func (l Demand) Broadcast(usual Workload) bool { return l.Rate != usual.Rate || l.Size != usual.Size }

// Check reports what is wrong with a workload.
func (w Workload) Check() error {
	if err := w.check(); err != nil {
		return err
	}
	if w.Path != "" && w.Path != PathTLS {
		return fmt.Errorf("path: want %s, or nothing for clear text, not %q: a decision has no proxies, and pushbench run proxies measures them", PathTLS, w.Path)
	}
	for i, l := range w.Loads {
		if err := l.check(); err != nil {
			return fmt.Errorf("load %s: %w", l.Name, err)
		}
		if slices.ContainsFunc(w.Loads[:i], func(other Demand) bool { return other.Name == l.Name }) {
			return fmt.Errorf("load %s: two loads have this name", l.Name)
		}
	}
	return nil
}

func (w Workload) check() error {
	switch {
	case w.Users < 1:
		return fmt.Errorf("users: want how many are connected at the same time, such as 20000, not %d", w.Users)
	case math.IsNaN(w.Rate) || w.Rate <= 0:
		return errors.New("rate: want the messages a second to each user, such as 1 or 0.2")
	case w.Rate > 1e5:
		return fmt.Errorf("rate: want at most 100000 messages a second, not %v", w.Rate)
	case w.Size < LeastSize || w.Size > MostSize:
		return fmt.Errorf("size: want the bytes of a message, %d to %d, not %d", LeastSize, MostSize, w.Size)
	case math.IsNaN(w.ClientRate) || w.ClientRate < 0 || w.ClientRate > 1000:
		return fmt.Errorf("client rate: want 0 to 1000 messages a second from each user, not %v", w.ClientRate)
	case math.IsNaN(w.Reconnects) || w.Reconnects < 0 || w.Reconnects > MostReconnects:
		return fmt.Errorf("reconnects: want 0 to %d of each user in an hour, not %v", MostReconnects, w.Reconnects)
	case w.P99 < 0:
		return fmt.Errorf("p99: want a time such as 250ms, or 0 for no target, not %v", w.P99)
	default:
		return nil
	}
}
