package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// stubborn is a program of others that does not end when it is asked to.
func stubborn(address string) {
	signal.Ignore(syscall.SIGTERM)
	l, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		_, _ = l.Accept()
	}
}

// busOf is a real NATS server, and a connection to it.
func busOf(t *testing.T) (on node.Bus, conn *nats.Conn, end func()) {
	t.Helper()
	on.Token = "of a test"
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, Authorization: on.Token, NoLog: true, NoSigs: true})
	must(t, err)
	s.Start()
	t.Cleanup(s.Shutdown)
	on.URL = s.ClientURL()
	conn, err = nats.Connect(on.URL, nats.Token(on.Token), nats.NoReconnect())
	must(t, err)
	t.Cleanup(conn.Close)
	return on, conn, s.Shutdown
}

// secondProcess is `pushbench node` on this machine.
type secondProcess struct {
	*exec.Cmd
	stderr *strings.Builder // on stderr; valid after it has ended
	joined string           // the first line; empty: it ended
}

func nodeProcess(t *testing.T, on node.Bus, name string) secondProcess {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	p := secondProcess{Cmd: exec.Command(self, "node", "--nats", on.URL, "--name", name), stderr: &strings.Builder{}}
	p.Env, p.Stderr = append(os.Environ(), wire.TokenVariable+"="+on.Token), p.stderr
	out, err := p.StdoutPipe()
	must(t, err)
	must(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Signal(syscall.SIGTERM); _ = p.Wait() })
	p.joined, _ = bufio.NewReader(out).ReadString('\n')
	return p
}

// remote is a node in a second process.
func remote(t *testing.T, on node.Bus, conn *nats.Conn) (secondProcess, *node.Remote) {
	t.Helper()
	p := nodeProcess(t, on, "left")
	r, err := node.Join(t.Context(), conn, "left")
	must(t, err)
	return p, r
}

// lane is a server of ours as a program.
func laneProgram() (program.Program, node.StartOptions) {
	return program.Program{Own: true, Announces: true, Drain: time.Second, Command: []string{"serve", "--child", "--lane", "sse-nethttp", "--drain", "1s"}},
		node.StartOptions{Name: "server", Label: "server sse-nethttp", Role: program.Server}
}

// others is a program that is not ours, which listens and does not end by itself.
func others(t *testing.T) (program.Program, node.StartOptions) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	return program.Program{
			Command: []string{self, "stubborn", "127.0.0.1:{{.Port}}"}, Serves: "http://127.0.0.1:{{.Port}}/events", Drain: 20 * time.Millisecond,
			Texts: map[string]string{"port": "{{.Port}}"},
		},
		node.StartOptions{Name: "server", Label: "server stubborn", Role: program.Server}
}

func startOn(t *testing.T, on node.Node, p program.Program, o node.StartOptions) node.Process {
	t.Helper()
	started, err := on.Start(t.Context(), p, o)
	must(t, err)
	t.Cleanup(func() { _ = started.Kill(context.Background()) })
	return started
}

func pidOf(t *testing.T, on node.Node, name string) int {
	t.Helper()
	s, err := on.Read(t.Context(), node.Question{Moment: node.AtRest, Processes: []string{name}, Only: []string{"descriptors"}})
	must(t, err)
	return s.Running[name].PIDs[0]
}

// stateOf is the state of a process as the kernel writes it; empty: it has ended.
func stateOf(pid int) string {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return ""
	}
	s, err := p.Stat()
	if err != nil || s.State == "Z" {
		return ""
	}
	return s.State
}

// eventually waits for what another process does.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for !is() {
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatal(what, ": it did not happen")
		}
	}
}

// contract is what every node keeps.
var contract = map[string]func(t *testing.T, on node.Node, bus *nats.Conn){
	"a server of ours":      serverOfOurs,
	"a program of others":   programOfOthers,
	"read":                  readings,
	"pause":                 pauses,
	"an end with its cause": death,
	"an end that is late":   lateEnd,
	"kill":                  kills,
	"what runs already":     runsAlready,
	"a start that is cancelled": func(t *testing.T, on node.Node, _ *nats.Conn) {
		p, o := others(t)
		p.Health = "http://127.0.0.1:1/"
		why := errors.New("enough")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, why)
		defer cancel()
		if _, err := on.Start(ctx, p, o); !errors.Is(err, why) {
			t.Error(err)
		}
		p.Health = ""
		startOn(t, on, p, o) // the name is free
	},
	"an agent": func(t *testing.T, on node.Node, bus *nats.Conn) {
		name := "agent-of-" + on.Name()
		p := program.Program{Own: true, Bus: true, Command: []string{"agent", "--child", "--name", name}}
		startOn(t, on, p, node.StartOptions{Name: "load", Label: "agent", Role: program.Load})
		eventually(t, "the agent joins the bus", func() bool {
			_, err := wire.Ask(t.Context(), bus, wire.AgentSubject(name), wire.VerbHello, wire.Nothing{})
			return err == nil
		})
	},
	"trace": func(t *testing.T, on node.Node, _ *nats.Conn) {
		d, err := on.Describe(t.Context())
		must(t, err)
		if d.Tracing != "" {
			t.Skip(d.Tracing)
		}
		p, o := laneProgram()
		s := startOn(t, on, p, o)
		tracer, err := on.Trace(t.Context(), []string{o.Name}, 100)
		must(t, err)
		must(t, tracer.Start(t.Context()))
		_, err = (&control.Client{Over: s.Control}).Stats(t.Context())
		must(t, err)
		counts, err := tracer.Stop(t.Context())
		if err != nil || len(counts.Syscalls) == 0 || counts.Sends != 0 {
			t.Errorf("%+v, %v: an answer of the control api takes system calls, and no send to a subscriber", counts, err)
		}
	},
	"the machine": func(t *testing.T, on node.Node, _ *nats.Conn) {
		d, err := on.Describe(t.Context())
		if err != nil || len(d.Limits.CPUs) == 0 || d.Limits.Descriptors == 0 || d.Environment.Memory == 0 || d.Environment.Kernel == "" {
			t.Errorf("%+v, %v", d, err)
		}
		if first, err := on.Neighbours(t.Context()); err != nil || first.Took != 0 {
			t.Errorf("the first question is answered with %v, %v", first, err)
		}
		if found, err := on.Observe(t.Context()); err != nil || len(found) == 0 {
			t.Errorf("%v, %v", found, err)
		}
		if second, err := on.Neighbours(t.Context()); err != nil || second.Took < time.Second {
			t.Errorf("the second question is answered with %v, %v", second, err)
		}
	},
}

// A node is the same whether it is this process or another behind a real NATS server.
func TestNode(t *testing.T) {
	t.Parallel()
	for name, clause := range contract {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, conn, _ := busOf(t)
			t.Run("local", func(t *testing.T) { clause(t, node.NewLocal(node.LocalName, on), conn) })
			t.Run("remote", func(t *testing.T) {
				_, r := remote(t, on, conn)
				clause(t, r, conn)
				r.Leave()
			})
		})
	}
}

func serverOfOurs(t *testing.T, on node.Node, _ *nats.Conn) {
	p, o := laneProgram()
	s := startOn(t, on, p, o)
	if r := s.Ready(); r.Lane != "sse-nethttp" || !r.Address.IsValid() || r.Token == "" {
		t.Errorf("ready is %+v", r)
	}
	if _, err := on.Start(t.Context(), p, o); err == nil || err.Error() != "node "+on.Name()+": a process server runs already" {
		t.Error("a second of the name:", err)
	}
	api := control.Client{Over: s.Control}
	done, err := api.Broadcast(t.Context(), wire.Broadcast{Rate: 1000, Count: 3, Size: 64})
	if err != nil || done.Through != 3 {
		t.Errorf("a command gives %+v, %v", done, err)
	}
	if _, err := s.Control(t.Context(), wire.Request{Method: http.MethodGet, Path: "/nothing"}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Error("a command that is none:", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err, unasked := <-s.Exited(); unasked {
		t.Error("it was asked to end:", err)
	}
	if _, err := on.Read(t.Context(), node.Question{Processes: []string{"server"}}); err == nil || !strings.Contains(err.Error(), "no process server runs") {
		t.Error("read of one that has ended:", err)
	}
}

func programOfOthers(t *testing.T, on node.Node, _ *nats.Conn) {
	p, o := others(t)
	s := startOn(t, on, p, o)
	r := s.Ready()
	if r.URL != "http://"+r.Address.String()+"/events" || r.Program.Texts["port"] != fmt.Sprint(r.Address.Port()) {
		t.Errorf("ready is %+v", r)
	}
	if v, err := s.Serving(t.Context()); err != nil || len(v.Measured) != 1 || v.Measured[0].PID != pidOf(t, on, "server") {
		t.Errorf("who serves is %+v, %v", v, err)
	}
	if _, err := s.Control(t.Context(), wire.Request{Method: http.MethodGet, Path: "/stats"}); err == nil || err.Error() != "server stubborn has no control api" {
		t.Error(err)
	}
}

func readings(t *testing.T, on node.Node, _ *nats.Conn) {
	p, o := laneProgram()
	startOn(t, on, p, o)
	snapshot := func(m node.Moment) node.Snapshot {
		s, err := on.Read(t.Context(), node.Question{Moment: m, Processes: []string{"server"}})
		must(t, err)
		text, err := json.Marshal(s)
		must(t, err)
		var back node.Snapshot
		must(t, json.Unmarshal(text, &back))
		if !reflect.DeepEqual(s, back) {
			t.Errorf("%s: JSON makes\n%+v of\n%+v", m, back, s)
		}
		return s
	}
	before, after, rest := snapshot(node.Before), snapshot(node.After), snapshot(node.AtRest)
	grown, ended := node.Grown(before, after)
	for _, name := range []string{"server", node.Self} {
		cpu, known := node.Sum(grown, "schedstat", "cpu", func(p string) bool { return p == name })
		if !known || cpu < 0 || len(ended) > 0 {
			t.Errorf("%s used %v (known: %v); ended: %v", name, cpu, known, ended)
		}
		if rss, _ := node.Sum(rest.Readings, "process", "rss", func(p string) bool { return p == name }); rss <= 0 {
			t.Errorf("%s holds %v bytes", name, rss)
		}
	}
	if !slices.ContainsFunc(before.Readings, func(r node.Reading) bool { return r.Process == node.Host }) {
		t.Error("nothing is read of the host")
	}
}

func pauses(t *testing.T, on node.Node, _ *nats.Conn) {
	p, o := laneProgram()
	s := startOn(t, on, p, o)
	pid := pidOf(t, on, "server")
	why := errors.New("that is enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	over := make(chan error)
	go func() { over <- s.Pause(ctx, time.Hour) }()
	eventually(t, "the process stops", func() bool { return stateOf(pid) == "T" })
	cancel(why)
	if err := <-over; !errors.Is(err, why) {
		t.Error("a pause that is cut short:", err)
	}
	if state := stateOf(pid); state == "T" || state == "" {
		t.Errorf("after the pause its state is %q", state)
	}
	must(t, s.Pause(t.Context(), time.Millisecond))
}

func death(t *testing.T, on node.Node, _ *nats.Conn) {
	p := program.Program{Command: []string{"sh", "-c", "echo 'fatal: no cheese' >&2; exit 3"}}
	s := startOn(t, on, p, node.StartOptions{Name: "server", Label: "server mine", Role: program.Server})
	err, unasked := <-s.Exited()
	died := (*process.DeathError)(nil)
	if !unasked || !errors.As(err, &died) || died.Process != "server mine" || !strings.Contains(died.Cause, "no cheese") || len(died.Stderr) == 0 {
		t.Errorf("it ended with %v: %+v", err, died)
	}
	if _, open := <-s.Exited(); open {
		t.Error("it ended twice")
	}
}

func lateEnd(t *testing.T, on node.Node, _ *nats.Conn) {
	p, o := others(t)
	s := startOn(t, on, p, o)
	pid := pidOf(t, on, "server")
	late := (*process.LateError)(nil)
	if err := s.Stop(t.Context()); !errors.As(err, &late) || !strings.Contains(err.Error(), "server stubborn: still there 20ms after SIGTERM, and killed") {
		t.Errorf("it ended with %v", err)
	}
	if stateOf(pid) != "" {
		t.Error("it runs on")
	}
}

func kills(t *testing.T, on node.Node, _ *nats.Conn) {
	for _, of := range []func() (program.Program, node.StartOptions){laneProgram, func() (program.Program, node.StartOptions) { return others(t) }} {
		s := startOn(t, on, first(of()), second(of()))
		pid := pidOf(t, on, "server")
		for range 2 {
			must(t, s.Kill(t.Context()))
		}
		if err, unasked := <-s.Exited(); unasked || stateOf(pid) != "" {
			t.Errorf("it ended unasked (%v: %v), and its state is %q", unasked, err, stateOf(pid))
		}
	}
}

func first[A, B any](a A, _ B) A  { return a }
func second[A, B any](_ A, b B) B { return b }

func runsAlready(t *testing.T, on node.Node, _ *nats.Conn) {
	outside := local()
	p, o := others(t)
	there := startOn(t, outside, p, o)
	s := startOn(t, on, program.Program{Serves: there.Ready().URL}, o)
	if err := s.Pause(t.Context(), time.Millisecond); err == nil || !strings.Contains(err.Error(), "not started by pushbench") {
		t.Error(err)
	}
	if err := s.Stop(t.Context()); !errors.Is(err, node.ErrStays) {
		t.Errorf("the end of what was not started is %v", err)
	}
	if stateOf(pidOf(t, outside, "server")) == "" {
		t.Error("it was ended")
	}
}

// A node that is gone is named, with what to do, and leaves nothing behind.
func TestANodeThatLeaves(t *testing.T) {
	t.Parallel()
	for _, how := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(how.String(), func(t *testing.T) {
			t.Parallel()
			on, conn, _ := busOf(t)
			p, r := remote(t, on, conn)
			s := startOn(t, r, first(others(t)), second(others(t)))
			pid := pidOf(t, r, "server")
			must(t, p.Process.Signal(how))
			named := func(err error) {
				if err == nil || !strings.Contains(err.Error(), "node left is gone: it has ") || !strings.Contains(err.Error(), "start it again (pushbench node --name left)") {
					t.Errorf("got %v", err)
				}
			}
			named(<-s.Exited())
			_, err := r.Read(t.Context(), node.Question{Moment: node.AtRest, Processes: []string{"server"}})
			named(err)
			named(s.Stop(t.Context()))
			eventually(t, "its processes end", func() bool { return stateOf(pid) == "" })
			_, err = node.Join(t.Context(), conn, "left")
			if err == nil || !strings.Contains(err.Error(), "start it ") { // while it ends, it still answers
				t.Errorf("a node that has ended was joined: %v", err)
			}
		})
	}
}

// What a coordinator has started ends with it, and with the bus.
func TestANodeEndsWhatNobodyUses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		gone func(conn *nats.Conn, bus func(), r *node.Remote)
		ends string // the node, with these words; empty: it goes on
	}{
		{"it leaves", func(_ *nats.Conn, _ func(), r *node.Remote) { r.Leave() }, ""},
		{"it is gone", func(conn *nats.Conn, _ func(), _ *node.Remote) { conn.Close() }, ""},
		{"the bus is gone", func(_ *nats.Conn, bus func(), _ *node.Remote) { bus() }, "pushbench: node left: " + wire.ErrBusLost.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			on, conn, end := busOf(t)
			p, r := remote(t, on, conn)
			startOn(t, r, first(others(t)), second(others(t)))
			pid := pidOf(t, r, "server")
			c.gone(conn, end, r)
			eventually(t, "the process ends", func() bool { return stateOf(pid) == "" })
			if c.ends != "" {
				if err := p.Wait(); err == nil || !strings.HasPrefix(p.stderr.String(), c.ends) {
					t.Errorf("the node ended with %v: %s", err, p.stderr)
				}
				return
			}
			conn, err := nats.Connect(on.URL, nats.Token(on.Token))
			must(t, err)
			defer conn.Close()
			again, err := node.Join(t.Context(), conn, "left")
			must(t, err)
			again.Leave()
		})
	}
}

// A node has a name of its own, and one coordinator.
func TestANodeIsOne(t *testing.T) {
	t.Parallel()
	on, conn, _ := busOf(t)
	_, r := remote(t, on, conn)
	defer r.Leave()
	another := nodeProcess(t, on, "left")
	if err := another.Wait(); err == nil || another.joined != "" || !strings.Contains(another.stderr.String(), "node left: another node of this name is on the bus: choose another --name") {
		t.Errorf("a second node of the name ended with %v: %s", err, another.stderr)
	}
	if _, err := node.Join(t.Context(), conn, "left"); err == nil || !strings.Contains(err.Error(), "node left is used by another coordinator: wait until") {
		t.Errorf("a second coordinator: %v", err)
	}
	for _, name := range []string{"a.b", "a b", "*", "local"} {
		if bad := nodeProcess(t, on, name); bad.Wait() == nil || bad.ProcessState.ExitCode() != exitUsage || !strings.Contains(bad.stderr.String(), "is no name of a node") {
			t.Errorf("a node %q: %s", name, bad.stderr)
		}
	}
}
