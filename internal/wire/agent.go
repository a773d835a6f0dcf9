package wire

import (
	"errors"
	"fmt"
	"time"
)

// Hello is sent by an agent that has joined.
type Hello struct {
	Agent string `json:"agent"`
	PID   int    `json:"pid"`
	Limit uint64 `json:"limit"` // descriptors it may open
}

// Ramp asks an agent to open its part of a fleet's connections on a fixed schedule, and to answer when
// every one of them has its greeting or has failed. All agents get the same schedule: connection i of it belongs to agent
// i modulo Agents, and to target i modulo their number.
type Ramp struct {
	Targets     []Target `json:"targets"`     // the lane's server processes
	First       int      `json:"first"`       // number of the schedule's first connection: how many the fleet has
	Connections int      `json:"connections"` // how many to add, over all agents
	PerSecond   float64  `json:"per_second"`  // over all agents; 0: a storm, all are due at once
	Agent       int      `json:"agent"`       // which part is asked for, from 0
	Agents      int      `json:"agents"`
	Mark        Mark     `json:"mark,omitempty"`     // of the stamps to come: a server may replay those of another trial at once; 0: any will do
	Silences    bool     `json:"silences,omitempty"` // how long connections were silent when they end is recorded, which takes an entry of a map for each client
}

// Check is the error of a ramp; nil: none.
func (r Ramp) Check() error {
	switch {
	case len(r.Targets) == 0:
		return errors.New("ramp: no targets")
	case r.First < 0 || r.Connections < 1:
		return fmt.Errorf("ramp: %d connections after the first %d", r.Connections, r.First)
	case !(r.PerSecond >= 0):
		return fmt.Errorf("ramp: %v connections per second", r.PerSecond)
	case r.Agent < 0 || r.Agent >= r.Agents:
		return fmt.Errorf("ramp: part %d of %d agents", r.Agent, r.Agents)
	default:
		return nil
	}
}

// Expect sets the content of the messages after one, which an agent's clients compare with what they receive.
type Expect struct {
	After uint64  `json:"after"`
	Rate  float64 `json:"rate"` // of the messages, a second: tells when one that is missing was published
	Content
}

// Collect asks for the records since the last report. The answer waits until every connection has seen
// message Through, and for Drained also until every connection has ended, or until Timeout has passed.
type Collect struct {
	After   uint64        `json:"after"`   // messages up to here are not part of this report
	Through uint64        `json:"through"` // equal to After: no messages are expected
	Last    int64         `json:"last"`    // when message Through was due, on Now's clock in ns; 0: no messages are expected
	Drained bool          `json:"drained"`
	Timeout time.Duration `json:"timeout"`
	Peek    bool          `json:"peek"` // count the clients alone, and keep what has been recorded for the next report
}
