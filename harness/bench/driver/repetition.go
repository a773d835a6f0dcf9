package driver

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
)

// Repetition is what one case cost, once, in a client process of its own.
type Repetition struct {
	Place

	OpenCPU     float64 `json:"open_cpu"`      // seconds of the client while it opened
	BroadcastIn float64 `json:"broadcast_cpu"` // and while it received
	RSS         float64 `json:"rss"`           // bytes, all connections open, after a forced GC
	RSSAfter    float64 `json:"rss_after"`     // and once messages have grown stacks and buffers
	Sent        uint64  `json:"sent"`          // messages times connections
	load.Count
}

// exact is the error of a repetition that did not receive every message once, in order, on every connection.
func (r Repetition) exact() error {
	if r.Received == r.Sent && r.Odd == 0 && r.Open == r.Connections {
		return nil
	}
	err := fmt.Errorf("%v: received %d of %d messages, %d of them repeated or out of order, on %d connections", r.Place, r.Received, r.Sent, r.Odd, r.Open)
	if r.Cause != "" {
		err = fmt.Errorf("%w: %s", err, r.Cause)
	}
	return err
}

const (
	proc     = "/proc"
	patience = 30 * time.Second // beside the schedule, for everything a repetition does
	ending   = 5 * time.Second  // for a client to end
)

// repeat runs one case with a fresh server and a fresh client, and leaves no process behind.
func repeat(ctx context.Context, s Settings, c planned, d machine.Division) (r Repetition, err error) {
	scheduled := float64(c.Connections)/s.PerSecond + float64(s.Messages)/s.Rate
	limit := patience + time.Duration(scheduled*float64(time.Second))
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %v", limit))
	defer cancel()
	// The client is what is measured here: it gets the CPUs that the division keeps clear of interrupts.
	server, err := trial.StartServer(ctx, node.NewLocal(node.LocalName, node.Bus{}), trial.ServerOptions{Lane: c.lane, CPUs: d.Agents, History: history, Lag: "disconnect"})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	client, err := startClient(s, c, server, d.Server)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, client.Leave(ending)) }() // first: a server that drains asks every connection to answer
	return measure(ctx, s, c, server, client)
}

// history is how many messages the server keeps for those that lag: more than there are.
const history = 1024

func startClient(s Settings, c planned, server trial.Server, cpus []int) (*child, error) {
	targets, err := server.Targets()
	if err != nil {
		return nil, err
	}
	target := targets[0]
	return startChild("client "+c.Group+"/"+c.Case, cpus, "client", "--group", c.Group, "--case", c.Case,
		"--url", "http://"+target.Address+target.Path, "--connections", strconv.Itoa(c.Connections),
		"--per-second", strconv.FormatFloat(s.PerSecond, 'g', -1, 64), "--messages", strconv.Itoa(s.Messages))
}

// measure leads the processes through opening and broadcast, and reads the client's process from outside before and after.
func measure(ctx context.Context, s Settings, c planned, server trial.Server, client *child) (Repetition, error) {
	m := meter{ctx: ctx, client: client}
	r := Repetition{Place: c.Place}
	m.ask(load.GC) // a process that answers has started
	r.OpenCPU = m.cpu(func() { m.ask(load.Open) })
	r.RSS = m.rss()
	var sent wire.Published
	r.BroadcastIn = m.cpu(func() {
		m.do(func() (err error) {
			sent, err = server.Broadcast(ctx, wire.Broadcast{Rate: s.Rate, Count: s.Messages, Size: s.Size})
			return err
		})
		m.ask(load.Await)
	})
	if count := m.ask(load.Report).Count; count != nil {
		r.Count = *count
	}
	r.RSSAfter = m.rss()
	r.Sent = (sent.Through - sent.After) * uint64(c.Connections) //nolint:gosec // a count
	return r, m.err
}

// meter leads and reads one client; after an error it does nothing more.
type meter struct {
	ctx    context.Context //nolint:containedctx // of the one repetition it lives for
	client *child
	err    error
}

func (m *meter) do(step func() error) {
	if m.err == nil {
		m.err = step()
	}
}

func (m *meter) ask(command string) (a load.Answer) {
	m.do(func() error {
		if err := m.client.ask(m.ctx, command, &a); err != nil {
			return err
		}
		if a.Error != "" {
			return fmt.Errorf("%s: %s", command, a.Error)
		}
		return nil
	})
	return a
}

// cpu is the time the client's threads spent on a CPU meanwhile.
func (m *meter) cpu(work func()) (v float64) {
	m.do(func() (err error) {
		v, err = onCPU(m.client.PID(), func() error { work(); return m.err })
		return err
	})
	return v
}

// onCPU is the time the threads of a process spent on a CPU while the work was done.
func onCPU(pid int, work func() error) (float64, error) {
	before, err := probe.CPUSeconds(proc, pid)
	if err != nil {
		return 0, err
	}
	if err := work(); err != nil {
		return 0, err
	}
	after, err := probe.CPUSeconds(proc, pid)
	return after - before, err
}

// rss is the client's resident memory without garbage.
func (m *meter) rss() (v float64) {
	m.ask(load.GC)
	m.do(func() (err error) { v, err = probe.Resident(proc, m.client.PID()); return err })
	return v
}
