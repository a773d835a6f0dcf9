// Package conform is the contract of a lane, as a table of checks, each asked over real sockets: whatever the transport, its
// subscribers see the same payload bytes, in order, each once, resume where they were cut, are closed cleanly, and have what
// they say confirmed.
//
// It is between any server and its users: the contract test, over the whole table of lanes,
// and the command conform. Subscribers read with the decoders of the load.
//
// To add a check: write a function that returns what is wrong, and add its row to the table below.
package conform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/internal/wire"
)

// Server is checked: a fresh one for each check, where it can be started. One that is a cutter or a counter too is
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

// counter is a server with counters: hub/subscribers, hub/heartbeats, and uplink/received if it takes messages.
type counter interface {
	Stats(ctx context.Context) (wire.Stats, error)
}

// Start makes a server whose silent connections get a heartbeat this often; 0: none matters.
type Start func(ctx context.Context, heartbeat time.Duration) (Server, error)

// SkipReason is why a check does not apply to a server. Start and Stop may return it too.
type SkipReason string

func (e SkipReason) Error() string { return string(e) }

// Levels of a check. A lane must not break what it must; what it should is good manners, and none of its
// figures depend on them: no payload of a scenario has a line break.
const (
	Must   = "must"
	Should = "should"
)

// Verdicts.
const (
	Holds        = "holds"
	Broken       = "does not hold"
	DoesNotApply = "does not apply"
	NotAsked     = "not asked"
)

// Result is what became of a check.
type Result struct {
	Check   string `json:"check"`
	Level   string `json:"level"`
	Asks    string `json:"asks"`
	Verdict string `json:"verdict"`
	Why     string `json:"why,omitempty"` // it does not hold, does not apply or was not asked
}

// Check is one thing the contract asks.
type Check struct {
	Name      string
	Level     string
	Asks      string // one sentence
	Heartbeat time.Duration
	run       func(ctx context.Context, h *session) error
}

// Checks is the table of the contract. All of them rest on the first.
func Checks() []Check {
	return []Check{
		{Name: "subscription", Level: Must, Asks: "a subscriber is accepted, and receives the published messages", run: subscription},
		{Name: "delivery, 16 B", Level: Must, Asks: "every subscriber gets every message once, in order, the same bytes", run: delivery(100, wire.StampSize)},
		{Name: "delivery, 128 B", Level: Must, Asks: "the same of messages as long as a small event", run: delivery(100, 128)},
		{Name: "delivery, 70 kB", Level: Must, Asks: "the same of messages longer than any buffer and than 16 bits can count", run: delivery(20, 70_000)},
		{Name: "payloads", Level: Must, Asks: "text with quotes in it and bytes that are no text arrive as they were published", run: payloads},
		{Name: "line breaks", Level: Should, Asks: "text keeps its line breaks, LF, CR and CRLF, and the one at its end", run: lineBreaks},
		{Name: "confirmation", Level: Must, Asks: "a greeting has where a subscription begins, and no message after it is lost", run: confirmation},
		{Name: "resume", Level: Must, Asks: "who was cut resumes behind the last message it had, with the same bytes", run: resume},
		{Name: "resume by id", Level: Must, Asks: "a subscriber that reconnects with the last id of the server gets the messages it missed", run: resumeByID},
		{Name: "server's cut", Level: Must, Asks: "a subscriber that the server cuts gets the close of its protocol, and resumes where it was", run: serversCut},
		{Name: "heartbeats", Level: Must, Asks: "heartbeats are no messages", Heartbeat: 20 * time.Millisecond, run: heartbeats},
		{Name: "leaving", Level: Must, Asks: "the server notices who leaves, and the others do not", run: leaving},
		{Name: "uplinks", Level: Must, Asks: "every message of a subscriber is confirmed once, while messages are published", run: uplinks},
		{Name: "clean end", Level: Should, Asks: "a server that stops ends every subscription as its protocol has it", run: cleanEnd},
		{Name: "bad resume", Level: Should, Asks: "a resume point that is none is refused with 400", run: badResume},
		{Name: "unknown path", Level: Should, Asks: "a path that is none is refused with 404", run: unknownPath},
	}
}

// Ask runs all checks on a server, each no longer than patience. The error is that there is no server, or that
// ctx has ended; earlier results are returned with it. Without a subscription no other check runs: it would
// wait for the same once more.
func Ask(ctx context.Context, start Start, patience time.Duration) (all []Result, err error) {
	for _, c := range Checks() {
		if len(all) > 0 && all[0].Verdict == Broken {
			all = append(all, Result{Check: c.Name, Level: c.Level, Asks: c.Asks, Verdict: NotAsked, Why: "no subscription came about"})
			continue
		}
		r, err := c.Ask(ctx, start, patience)
		if ctx.Err() != nil {
			return all, context.Cause(ctx)
		}
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Ask asks the check of a server. The server is waited for no longer than patience, and then what the check asks: one that holds
// waits for nothing. The error is why there is no server.
func (c Check) Ask(ctx context.Context, start Start, patience time.Duration) (Result, error) {
	r := Result{Check: c.Name, Level: c.Level, Asks: c.Asks, Verdict: Holds}
	starting, cancel := within(ctx, patience)
	defer cancel()
	s, err := start(starting, c.Heartbeat)
	why := SkipReason("")
	if err != nil && !errors.As(err, &why) {
		return r, err
	}
	if err == nil {
		asking, cancel := within(ctx, patience)
		defer cancel()
		err = c.ask(asking, s)
	}
	switch {
	case errors.As(err, &why):
		r.Verdict, r.Why = DoesNotApply, why.Error()
	case err != nil:
		r.Verdict, r.Why = Broken, err.Error()
	}
	return r, nil
}

func within(ctx context.Context, patience time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing more came within %v", patience))
}

// ask leaves no connection behind, and no server that was started. How that ends is what one of the checks is about, and
// nothing against the others.
func (c Check) ask(ctx context.Context, s Server) (err error) {
	h := &session{server: s, mark: wire.NewMark()}
	h.others = h.counted(ctx)
	defer func() {
		end := h.end(ctx)
		for _, lost := range []error{io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE} {
			if errors.Is(err, lost) {
				err = errors.Join(err, end) // it may have died
				break
			}
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
	return c.run(ctx, h)
}
