package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
)

// StartServer runs one fresh server process outside a trial, for whoever measures something else against it.
func StartServer(ctx context.Context, o ServerOptions) (Server, error) {
	s, err := startServers(ctx, 1, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// StartFleet runs as many agents as so many connections ask for, outside a trial. They must be stopped before the bus is
// closed.
func StartFleet(ctx context.Context, bus *Bus, connections int, limits machine.Limits, o AgentOptions) (Fleet, error) {
	a, err := startAgents(ctx, bus, connections, limits, o)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Child is a process of this binary that reads words from stdin and answers each with a line of JSON on stdout. It ends
// when its stdin closes.
type Child struct {
	process *process
	answers *json.Decoder
}

// StartChild runs this very binary with args on the given CPUs.
func StartChild(name string, cpus []int, args ...string) (*Child, error) {
	p, stdout, err := startTalking(name, cpus, args...)
	if err != nil {
		return nil, err
	}
	return &Child{process: p, answers: json.NewDecoder(stdout)}, nil
}

// PID is the process to look at in /proc.
func (c *Child) PID() int { return c.process.cmd.Process.Pid }

// Ask sends a word and waits for its answer as long as ctx does; a child that was not answered in time must be stopped.
func (c *Child) Ask(ctx context.Context, word string, answer any) error {
	if _, err := io.WriteString(c.process.stdin, word+"\n"); err != nil {
		return fmt.Errorf("%s: %s: %w", c.process.name, word, err)
	}
	answered := make(chan error, 1)
	go func() { answered <- c.answers.Decode(answer) }()
	select {
	case err := <-answered:
		if err != nil {
			return c.broken(word, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: %s: %w", c.process.name, word, context.Cause(ctx))
	}
}

// broken says why no answer came: most of all, because the process has died.
func (c *Child) broken(word string, err error) error {
	select {
	case <-c.process.exited:
		return c.process.death()
	default:
		return fmt.Errorf("%s: %s: %w", c.process.name, word, err)
	}
}

// Stop closes the child's stdin and waits until it has ended; after patience it is killed.
func (c *Child) Stop(patience time.Duration) error { return c.process.leave(patience) }
