// Package conform is the contract of a lane, as a table of clauses, each judged over real sockets: whatever the transport, its
// subscribers see the same payload bytes, in order, each once, resume where they were cut, are closed cleanly, and have what
// they say confirmed.
//
// It stands between a server, whatever started it, and who wants to know: the contract test, over the whole table of lanes,
// and the command conform. Subscribers read with the decoders of the load.
//
// To add a clause: write a function that returns what is wrong, and add its row to the table below.
package conform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/internal/wire"
)

// Server is what is judged: a fresh one for each clause, where it can be started. One that is a cutter or a counter too is
// asked more.
type Server interface {
	Targets() ([]wire.Target, error)
	Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error)
	Stop() error // drains: ends every connection cleanly
}

// cutter is a server that can end every connection there is.
type cutter interface {
	Cut(ctx context.Context) error
}

// counter is a server that says whom it serves: hub/subscribers, hub/heartbeats, and uplink/received if it takes messages.
type counter interface {
	Stats(ctx context.Context) (wire.Stats, error)
}

// Start makes a server whose silent connections get a heartbeat this often; 0: none matters.
type Start func(ctx context.Context, heartbeat time.Duration) (Server, error)

// Inapplicable is why a clause cannot be asked of a server. Start and Stop may return it too.
type Inapplicable string

func (e Inapplicable) Error() string { return string(e) }

// Verdicts.
const (
	Holds        = "holds"
	Broken       = "does not hold"
	DoesNotApply = "does not apply"
)

// Judgement is what became of a clause.
type Judgement struct {
	Clause  string `json:"clause"`
	Asks    string `json:"asks"`
	Verdict string `json:"verdict"`
	Why     string `json:"why,omitempty"` // it does not hold, or does not apply
}

// Clause is one thing the contract asks.
type Clause struct {
	Name      string
	Asks      string // one sentence
	Heartbeat time.Duration
	judge     func(ctx context.Context, h *hearing) error
}

// Clauses is the table of the contract.
func Clauses() []Clause {
	return []Clause{
		{Name: "delivery, 16 B", Asks: "every subscriber gets every message once, in order, the same bytes", judge: delivery(100, wire.StampSize)},
		{Name: "delivery, 128 B", Asks: "the same of messages as long as a small event", judge: delivery(100, 128)},
		{Name: "delivery, 70 kB", Asks: "the same of messages longer than any buffer and than 16 bits can count", judge: delivery(20, 70_000)},
		{Name: "payloads", Asks: "text with quotes in it and bytes that are no text arrive as they were published", judge: payloads},
		{Name: "confirmation", Asks: "a greeting says where a subscription begins, and nothing behind it is lost", judge: confirmation},
		{Name: "resume", Asks: "who was cut resumes behind the last message it had, with the same bytes", judge: resume},
		{Name: "resume by id", Asks: "who comes back with the last id that the server gave gets what it missed", judge: resumeByID},
		{Name: "clean end", Asks: "a server that stops ends every subscription as its protocol has it", judge: cleanEnd},
		{Name: "server's cut", Asks: "who is sent away is told so as its protocol has it, and goes on where it was", judge: serversCut},
		{Name: "heartbeats", Asks: "heartbeats are no messages", Heartbeat: 20 * time.Millisecond, judge: heartbeats},
		{Name: "leaving", Asks: "the server notices who leaves, and the others do not", judge: leaving},
		{Name: "uplinks", Asks: "every message of a subscriber is confirmed once, while it is told something", judge: uplinks},
		{Name: "bad resume", Asks: "a resume point that is none is refused with 400", judge: badResume},
		{Name: "unknown path", Asks: "a path that is none is refused with 404", judge: unknownPath},
	}
}

// Judge asks the clause of a server, and waits for it no longer than patience: a clause that holds waits for nothing.
func (c Clause) Judge(ctx context.Context, start Start, patience time.Duration) Judgement {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing more came within %v", patience))
	defer cancel()
	j := Judgement{Clause: c.Name, Asks: c.Asks, Verdict: Holds}
	err := c.ask(ctx, start)
	why := Inapplicable("")
	switch {
	case errors.As(err, &why):
		j.Verdict, j.Why = DoesNotApply, why.Error()
	case err != nil:
		j.Verdict, j.Why = Broken, err.Error()
	}
	return j
}

// ask leaves no connection behind, and no server it has started.
func (c Clause) ask(ctx context.Context, start Start) (err error) {
	s, err := start(ctx, c.Heartbeat)
	if err != nil {
		return err
	}
	h := &hearing{server: s}
	h.others = h.counted(ctx)
	defer func() {
		if end := h.end(ctx); err == nil {
			err = end
		}
	}()
	targets, err := s.Targets()
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("it has nowhere to subscribe")
	}
	h.target = targets[0]
	if h.client, err = clients.ClientOf(h.target); err != nil {
		return err
	}
	return c.judge(ctx, h)
}
