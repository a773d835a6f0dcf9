package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
)

// The contract of lanes that are no part of pushbench: every ready lane file, with the real program it is about, delivers the
// same payload bytes to every subscriber, each once and in order, and leaves no process behind.

// readyLane is one of the binary's lane files, whose needs this machine meets, or the test is skipped by name.
func readyLane(t *testing.T, name string) *scenario.External {
	t.Helper()
	e, err := scenario.ReadyLane(name)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Exercised {
		t.Skip("is marked as never run")
	}
	if err := e.Missing(); err != nil {
		t.Skipf("%v (make peers)", err)
	}
	return e
}

// startReady runs the server of a lane outside a trial.
func startReady(t *testing.T, e *scenario.External) (server trial.Server, pids []int) {
	t.Helper()
	cpus, err := machine.CPUs()
	if err != nil {
		t.Fatal(err)
	}
	on := local()
	s, err := trial.StartExternal(t.Context(), on, trial.ExternalOptions{Lane: e, CPUs: cpus, Load: cpus, Connections: 100, Heartbeat: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceValue(s.Stop)
	t.Cleanup(func() { _ = stop() })
	return once{s, stop}, started{s, on}.pids(t)
}

// once is a server that a test may stop before its end does.
type once struct {
	trial.Server
	stop func() error
}

func (o once) Stop() error { return o.stop() }

// follow opens a subscription to a server that greets nobody, and reads until the response head.
func follow(t *testing.T, s trial.Server) *follower {
	t.Helper()
	targets, err := s.Targets()
	if err != nil {
		t.Fatal(err)
	}
	protocol, ok := clients.ProtocolByTransport(targets[0].Transport)
	if !ok {
		t.Fatalf("no client speaks %s", targets[0].Transport)
	}
	f := &follower{decoder: protocol.Decoder(), external: targets[0].External}
	var dialer net.Dialer
	if f.socket, err = dialer.DialContext(t.Context(), "tcp", targets[0].Address); err != nil {
		t.Fatal(err)
	}
	if _, err := f.socket.Write(f.decoder.Open(targets[0], wire.Live)); err != nil {
		t.Fatal(err)
	}
	if err := f.until(f.decoder.Head); err != nil {
		t.Fatal(err)
	}
	return f
}

// follower is one subscription to a server that greets nobody.
type follower struct {
	socket   net.Conn
	decoder  fleet.Decoder
	external *wire.External
	payloads [][]byte
}

// until reads until the condition holds.
func (f *follower) until(enough func() bool) error {
	buffer := make([]byte, 1000) // small, so that messages are split
	for !enough() {
		if err := f.socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		n, err := f.socket.Read(buffer)
		if err != nil {
			return err
		}
		reply, err := f.decoder.Feed(buffer[:n], func(message []byte) {
			for payload := range f.external.Payloads(message) {
				f.payloads = append(f.payloads, slices.Clone(payload))
			}
		})
		if len(reply) > 0 {
			if _, err := f.socket.Write(reply); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func TestExternalContract(t *testing.T) {
	for _, name := range scenario.ReadyLanes() {
		t.Run(name, func(t *testing.T) {
			if name != "pushpin-websocket" { // which lost a message once among parallel tests; it drops what a buffer has no room for
				t.Parallel()
			}
			for _, size := range []int{wire.StampSize, 128, 70_000} {
				t.Run(strconv.Itoa(size)+" bytes", func(t *testing.T) {
					deliverAndEnd(t, readyLane(t, name), size)
				})
			}
		})
	}
}

// deliverAndEnd publishes to subscribers of a fresh server, ends it, and looks for what it left behind.
func deliverAndEnd(t *testing.T, e *scenario.External, size int) {
	const subscribers, messages = 8, 40
	s, pids := startReady(t, e)
	all := make([]*follower, subscribers)
	for i := range all {
		all[i] = follow(t, s)
	}
	publish := func(n int) {
		for range n { // one by one: requests that overlap have no order
			if _, err := s.Broadcast(t.Context(), wire.Broadcast{Rate: 1000, Count: 1, Size: size}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Some servers answer before they subscribe: the run begins when everybody has had a message.
	began := reading(all, func(a *follower) bool { return len(a.payloads) > 0 })
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for waiting := true; waiting; {
		publish(1)
		select {
		case err := <-began:
			if err != nil {
				t.Fatal(err)
			}
			waiting = false
		case <-again.C:
		}
	}
	targets, err := s.Targets()
	if err != nil {
		t.Fatal(err)
	}
	before := targets[0].External.Published
	step := messages
	if size > wire.MaxSize/16 { // Pushpin drops what a client's buffer has no room for: no message before the last has arrived
		step = 1
	}
	for until := before + uint64(step); until <= before+messages; until += uint64(step) {
		arrived := reading(all, func(a *follower) bool { return a.last() >= until })
		publish(step)
		if err := <-arrived; err != nil {
			t.Fatal(err)
		}
	}
	for i, a := range all {
		// What came before the run may have been missed, what is in it may not.
		run := a.payloads[len(a.payloads)-messages:]
		for m, p := range run {
			stamp, ok := wire.ParseStamp(p)
			if !ok || stamp.Seq != before+uint64(m)+1 || len(p) != size {
				t.Fatalf("subscriber %d: message %d of the run is %d of %d bytes, want %d of %d", i, m, stamp.Seq, len(p), before+uint64(m)+1, size)
			}
			if !bytes.Equal(p, all[0].payloads[len(all[0].payloads)-messages+m]) {
				t.Fatalf("subscriber %d: message %d differs from subscriber 0's", i, m)
			}
		}
	}
	for _, a := range all {
		_ = a.socket.Close()
	}
	if err := s.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	for _, pid := range pids {
		if _, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid))); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("process %d is still there", pid)
		}
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "pushbench-"+e.Name+"-*"))
	if err != nil || len(left) > 0 && slices.ContainsFunc(left, func(l string) bool { return strings.Contains(l, e.Name) }) {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// reading reads from all subscribers until each has enough.
func reading(all []*follower, enough func(*follower) bool) <-chan error {
	var group errgroup.Group
	for i, a := range all {
		group.Go(func() error {
			if err := a.until(func() bool { return enough(a) }); err != nil {
				return fmt.Errorf("subscriber %d, after message %d: %w", i, a.last(), err)
			}
			return nil
		})
	}
	done := make(chan error, 1)
	go func() { done <- group.Wait() }()
	return done
}

// last is the number of the newest message.
func (f *follower) last() uint64 {
	if len(f.payloads) == 0 {
		return 0
	}
	stamp, _ := wire.ParseStamp(f.payloads[len(f.payloads)-1])
	return stamp.Seq
}
