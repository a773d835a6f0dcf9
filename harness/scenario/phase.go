package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// Phase is one step of a trial.
type Phase struct {
	Name   string  `json:"name"` // in rows: the file's, or that of its kind
	Work   Work    `json:"work"`
	Events []Event `json:"events"`
}

// Work is what a phase does. Its kinds stand in a table outside this package; the file's values are in its fields, whose tags are the
// rules of the schema.
type Work interface {
	Demand() Demand
	Validate(c *Check)
}

// Demand is what a phase asks of lanes, servers and clients: what must be known before the first trial.
type Demand struct {
	Before      time.Duration // scheduled before the phase itself, as a warm-up is
	For         time.Duration // scheduled length of the phase; events are due within it
	Connections int           // open at its end; 0: as many as before
	Messages    int           // that take a number
	Broadcast   *Traffic      // of the messages that every connection gets; nil: the phase is no broadcast
	Sends       bool          // clients send
}

// Traffic is what each connection gets in a broadcast.
type Traffic struct {
	Rate float64 // messages a second
	Kind string  // text, json, random or binary
	Size int     // bytes of a message
}

// Event happens inside a phase.
type Event struct {
	At   Share   `json:"at"` // of the phase
	Name string  `json:"do"`
	Work Happens `json:"work"`
}

// Happens is what an event does, as Work is for a phase.
type Happens interface {
	Validate(c *Check)
}

// Share is a part of a phase, written as a percentage.
type Share float64

// UnmarshalJSON reads a percentage, which the schema has let through.
func (s *Share) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	*s = Share(percent / 100)
	return err
}

// Duration is the scheduled time of the phase.
func (p Phase) Duration() time.Duration { return p.Work.Demand().Before + p.Work.Demand().For }

// Due is how far into the phase itself the event is.
func (p Phase) Due(e Event) time.Duration {
	return time.Duration(float64(p.Work.Demand().For) * float64(e.At))
}

// Kind is a row of the table of phases or of events: its key in a file, what it is for, and its zero value.
type Kind[T any] struct {
	Name  string
	About string
	New   func() T
}

// Check is one phase or event that is checked, and what stands around it. Whatever is wrong is reported with its position.
type Check struct {
	Scenario *Scenario // with the phases before this one; other keys may be missing where they are wrong
	Phase    Phase     // this one, or the event's
	Event    Event     // of an event

	Incomplete bool // a phase before it is wrong, and not among them

	reader *reader
	node   *strict.Node
	path   string
}

// Report says what is wrong with the value of a key; an empty key is the phase or event itself.
func (c *Check) Report(key, format string, args ...any) {
	n, path := c.node, c.path
	if key != "" {
		path += "." + key
		if f := c.node.Field(key); f != nil {
			n = f.Value
		}
	}
	c.reader.Report(n.Position, "%s: %s", path, fmt.Sprintf(format, args...))
}

// Given tells whether the file has a value for the key.
func (c *Check) Given(key string) bool { return c.node.Field(key) != nil }

// Numbered reports a phase with whose messages a trial has more than a stamp can count.
func (c *Check) Numbered(messages int) bool {
	for _, p := range c.Scenario.Phases {
		messages += p.Work.Demand().Messages
	}
	if messages > wire.MaxSeq {
		c.Report("", "message %d of a trial, warm-up included, is more than a stamp can count: want at most %d in all phases", messages, wire.MaxSeq)
	}
	return messages <= wire.MaxSeq
}

// Quiet is a kind of phase in which no event may happen.
type Quiet interface{ Quiet() (why string) }

// External is a lane of the scenario that is no part of pushbench, the first by its name. False: there is none.
func (c *Check) External() (string, bool) {
	return c.lane(func(*External) bool { return true })
}

// Attached is a lane of the scenario whose server runs already. False: there is none.
func (c *Check) Attached() (string, bool) {
	return c.lane(func(e *External) bool { return !e.Started() })
}

func (c *Check) lane(is func(*External) bool) (string, bool) {
	for _, name := range slices.Sorted(maps.Keys(c.Scenario.Externals)) {
		if is(c.Scenario.Externals[name]) {
			return name, true
		}
	}
	return "", false
}
