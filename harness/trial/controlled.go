package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// controlled is a child process with a control API: a server, or what publishes for one that has none.
type controlled struct {
	*process
	ready  wire.Ready
	client *http.Client
}

const (
	readyTimeout = 15 * time.Second
	deathNotice  = time.Second // how much later than its sockets' end a process's may be known
)

// startControlled runs this very binary with args and waits for its ready line.
func startControlled(ctx context.Context, name string, cpus []int, args ...string) (*controlled, error) {
	p, stdout, err := startTalking(name, cpus, args...)
	if err != nil {
		return nil, err
	}
	c := &controlled{process: p, client: &http.Client{}}
	line := make(chan error, 1)
	go func() {
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
	return c, nil
}

// Broadcast publishes on a schedule and returns when the last message is out.
func (c *controlled) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	var done wire.Published
	err := c.call(ctx, http.MethodPost, "/broadcast", b, &done)
	return done, err
}

// call makes one request of the control API; in and out are JSON, nil for none.
func (c *controlled) call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.ready.Control+path, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.ready.Token)
	resp, err := c.client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		// The kernel closes a dying process's sockets before its parent hears of the death, which is what happened.
		select {
		case <-c.exited:
			return c.death()
		case <-time.After(deathNotice):
			return fmt.Errorf("control api of %s: %w", c.name, err)
		}
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end below
	if resp.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("control api of %s: %s%s: %s", c.name, resp.Status, path, strings.TrimSpace(string(text)))
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("control api of %s: %s: %w", c.name, path, err)
	}
	return nil
}
