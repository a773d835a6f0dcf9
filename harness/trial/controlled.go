package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/internal/wire"
)

// controlled is a child process with a control API: a server, or what publishes for one that has none.
type controlled struct {
	*process
	*control.Client
	ready wire.Ready
}

const (
	readyTimeout = 15 * time.Second
	deathNotice  = time.Second // how much later than its sockets' end a process's may be known
)

// startControlled runs this very binary with args and waits for its ready line. Settings, where there are some, are a line of
// JSON on its stdin: arguments can be read by everybody on the machine.
func startControlled(ctx context.Context, name string, cpus []int, settings any, args ...string) (*controlled, error) {
	p, stdout, err := startTalking(name, cpus, args...)
	if err != nil {
		return nil, err
	}
	c := &controlled{process: p, Client: &control.Client{Name: name}}
	c.Lost = c.lost
	line := make(chan error, 1)
	go func() {
		if settings != nil {
			if err := json.NewEncoder(p.stdin).Encode(settings); err != nil {
				line <- fmt.Errorf("%s: its settings: %w", name, err)
				return
			}
		}
		err := json.NewDecoder(stdout).Decode(&c.ready)
		line <- err
		_, _ = io.Copy(io.Discard, stdout)
	}()
	select {
	case err = <-line:
	case <-p.exited:
		err = p.death()
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-time.After(readyTimeout):
		err = fmt.Errorf("%s printed no ready line within %v", name, readyTimeout)
	}
	if err != nil {
		p.kill()
		return nil, err
	}
	c.URL, c.Token = c.ready.Control, c.ready.Token
	return c, nil
}

// lost says why a request got no answer.
func (c *controlled) lost(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s: %w", c.name, cause)
	}
	// The kernel closes a dying process's sockets before its parent hears of the death, which is what happened.
	select {
	case <-c.exited:
		return c.death()
	case <-time.After(deathNotice):
		return err
	}
}
