package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/pushbench/pushbench/harness/probe"
	"github.com/pushbench/pushbench/internal/wire"
)

// ServerOptions are the lane-independent settings of a server process.
type ServerOptions struct {
	Lane          string
	CPUs          []int
	Heartbeat     time.Duration
	HeartbeatEach bool
	Unacked       time.Duration
	History       int
	Lag           string
}

// server is one fresh server process and its control API.
type server struct {
	*process
	ready  wire.Ready
	client *http.Client
}

const (
	readyTimeout = 15 * time.Second
	drainTimeout = 5 * time.Second // what the server gives its connections
	deathNotice  = time.Second     // how much later than its sockets' end a process's may be known
)

// startServer runs a server and waits for its ready line.
func startServer(ctx context.Context, o ServerOptions) (*server, error) {
	args := []string{
		"serve", "--child", "--lane", o.Lane, "--heartbeat", o.Heartbeat.String(), "--history", fmt.Sprint(o.History),
		"--lag", o.Lag, "--unacked", o.Unacked.String(), "--drain", drainTimeout.String(),
	}
	if o.HeartbeatEach {
		args = append(args, "--heartbeat-timer-each")
	}
	p, stdout, err := startTalking("server "+o.Lane, o.CPUs, args...)
	if err != nil {
		return nil, err
	}
	s := &server{process: p, client: &http.Client{}}
	line := make(chan error, 1)
	go func() {
		err := json.NewDecoder(stdout).Decode(&s.ready)
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
		err = fmt.Errorf("server %s printed no ready line within %v", o.Lane, readyTimeout)
	}
	if err != nil {
		p.kill()
		return nil, err
	}
	return s, nil
}

// probed is what the probes look at.
func (s *server) probed() probe.Server {
	p := probe.Server{Proc: "/proc", Sys: "/sys", PID: s.ready.PID, Stats: s.Stats}
	if t, err := s.ready.Target(); err == nil {
		p.Address, _ = netip.ParseAddrPort(t.Address) // a name instead of a number: no figures of its sockets
	}
	return p
}

// Broadcast publishes on a schedule and returns when the last message is out.
func (s *server) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	var done wire.Published
	err := s.call(ctx, http.MethodPost, "/broadcast", b, &done)
	return done, err
}

// Stats reads the server's own figures.
func (s *server) Stats(ctx context.Context) (wire.Stats, error) {
	var stats wire.Stats
	err := s.call(ctx, http.MethodGet, "/stats", nil, &stats)
	return stats, err
}

// Collect forces a garbage collection and gives freed memory back to the kernel.
func (s *server) Collect(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/gc", nil, nil)
}

// Cut ends every connection there is.
func (s *server) Cut(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/cut", nil, nil)
}

// Stop drains the server; the error says when a connection or the process did not end in time.
func (s *server) Stop() error {
	s.client.CloseIdleConnections()
	return s.stop(drainTimeout + 2*time.Second)
}

// call makes one request of the control API; in and out are JSON, nil for none.
func (s *server) call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.ready.Control+path, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.ready.Token)
	resp, err := s.client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		// The kernel closes a dying process's sockets before its parent hears of the death, which is what happened.
		select {
		case <-s.exited:
			return s.death()
		case <-time.After(deathNotice):
			return fmt.Errorf("control api of %s: %w", s.name, err)
		}
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end below
	if resp.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("control api of %s: %s%s: %s", s.name, resp.Status, path, strings.TrimSpace(string(text)))
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("control api of %s: %s: %w", s.name, path, err)
	}
	return nil
}
