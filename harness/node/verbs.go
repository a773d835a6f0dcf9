package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/internal/wire"
)

// What the coordinator and a remote node ask each other over the bus. Each verb is one line here, one in serve.go and one in remote.go.

// verb is one of a session: its errors keep their type.
type verb[Q, A any] = wire.Verb[call[Q], answer[A]]

const (
	verbPresent wire.Verb[wire.Nothing, wire.Nothing]   = "present" // both ask it, each of the other
	verbJoin    wire.Verb[string, answer[wire.Nothing]] = "join"    // with a new session
	verbCancel  verb[wire.Nothing, wire.Nothing]        = "cancel"
	verbLeave   verb[wire.Nothing, wire.Nothing]        = "leave"

	verbDescribe   verb[wire.Nothing, Description]       = "describe"
	verbObserve    verb[wire.Nothing, []machine.Finding] = "observe"
	verbNeighbours verb[wire.Nothing, Neighbours]        = "neighbours"
	verbRead       verb[Question, Snapshot]              = "read"
	verbStart      verb[start, Ready]                    = "start"
	verbTrace      verb[watch, wire.Nothing]             = "trace"

	verbControl verb[wire.Request, json.RawMessage] = "control"
	verbServing verb[wire.Nothing, Serving]         = "serving"
	verbPause   verb[time.Duration, wire.Nothing]   = "pause"
	verbStop    verb[wire.Nothing, wire.Nothing]    = "stop"
	verbKill    verb[wire.Nothing, wire.Nothing]    = "kill"
	verbExited  verb[wire.Nothing, *fault]          = "exited" // is answered when it has

	verbTraceStart verb[wire.Nothing, wire.Nothing] = "trace_start"
	verbTraceStop  verb[wire.Nothing, trace.Counts] = "trace_stop"
)

// Where a node listens, and the coordinator of a session.
func nodeSubject(name string) string           { return "pushbench.node." + name }
func coordinatorSubject(session string) string { return "pushbench.coordinator." + session }

// start is a process to start, and watch what the kernel is to watch.
type (
	start struct {
		Program program.Program `json:"program"`
		Options StartOptions    `json:"options"`
	}
	watch struct {
		Processes []string `json:"processes"`
		Frame     int      `json:"frame"`
	}
)

// call is a request of a session.
type call[Q any] struct {
	Session string `json:"session"`
	ID      string `json:"id"`           // its own
	Of      string `json:"of,omitempty"` // the call that is meant: the one that started the process, or is to be cancelled
	Asked   Q      `json:"asked"`
}

// answer is the result.
type answer[A any] struct {
	Value A      `json:"value"`
	Fault *fault `json:"fault,omitempty"`
}

// fault is an error as it travels: errors.As and errors.Is find in it what they would have found before.
type fault struct {
	Text  string              `json:"text"`
	Death *process.DeathError `json:"death,omitempty"`
	Late  *process.LateError  `json:"late,omitempty"`
	Stays bool                `json:"stays,omitempty"`
}

// faultOf is an error on its way; nil: there is none.
func faultOf(err error) *fault {
	if err == nil {
		return nil
	}
	f := &fault{Text: err.Error(), Stays: errors.Is(err, ErrStays)}
	errors.As(err, &f.Death)
	errors.As(err, &f.Late)
	return f
}

// err is the error that arrived.
func (f *fault) err() error {
	if f == nil {
		return nil
	}
	return f
}

func (f *fault) Error() string { return f.Text }

func (f *fault) Unwrap() (all []error) {
	if f.Death != nil {
		all = append(all, f.Death)
	}
	if f.Late != nil {
		all = append(all, f.Late)
	}
	if f.Stays {
		all = append(all, ErrStays)
	}
	return all
}

// gone is why nothing can be asked of a node any more.
func gone(name string, why error) error {
	return fmt.Errorf("node %s is gone: %w: start it again (pushbench node --name %s), and begin again", name, why, name)
}

const (
	presencePause    = time.Second
	presencePatience = 10 * time.Second // the bus reports at once when the other side has left; this is for one that hangs
)

// present asks the other side.
func present(ctx context.Context, bus *nats.Conn, subject string) error {
	ctx, cancel := context.WithTimeout(ctx, presencePatience)
	defer cancel()
	_, err := wire.Ask(ctx, bus, subject, verbPresent, wire.Nothing{})
	return err
}

// absent returns when the other side is gone, with the reason, or when ctx ends.
func absent(ctx context.Context, bus *nats.Conn, subject string) error {
	again := time.NewTicker(presencePause)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-again.C:
		}
		if err := present(ctx, bus, subject); err != nil {
			return err
		}
	}
}

// here answers that this side is present.
func here(bus *nats.Conn, subject string) error {
	return wire.Serve(bus, subject, verbPresent, func(f func()) { f() }, func(wire.Nothing) (wire.Nothing, error) { return wire.Nothing{}, nil })
}
