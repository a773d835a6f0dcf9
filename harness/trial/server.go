package trial

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
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

// server is one fresh server process.
type server struct{ *controlled }

// drainTimeout is what a server gives its connections.
const drainTimeout = 5 * time.Second

// startServer runs a server and waits for its ready line.
func startServer(ctx context.Context, o ServerOptions) (*server, error) {
	args := []string{
		"serve", "--child", "--lane", o.Lane, "--heartbeat", o.Heartbeat.String(), "--history", fmt.Sprint(o.History),
		"--lag", o.Lag, "--unacked", o.Unacked.String(), "--drain", drainTimeout.String(),
	}
	if o.HeartbeatEach {
		args = append(args, "--heartbeat-timer-each")
	}
	c, err := startControlled(ctx, "server "+o.Lane, o.CPUs, nil, args...)
	if err != nil {
		return nil, err
	}
	return &server{c}, nil
}

// probed is what the probes look at.
func (s *server) probed() probe.Server {
	p := probe.Server{Proc: "/proc", Sys: "/sys", PID: s.ready.PID, UDP: s.ready.UDP, Stats: s.Stats}
	if t, err := s.ready.Target(); err == nil {
		p.Address, _ = netip.ParseAddrPort(t.Address) // a name instead of a number: no figures of its sockets
	}
	return p
}

// Stop drains the server; the error says when a connection or the process did not end in time.
func (s *server) Stop() error {
	s.HTTP.CloseIdleConnections()
	return s.stop(drainTimeout + 2*time.Second)
}
