package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/hub"
)

// patience bounds every wait of these tests; it is never waited for when they pass.
const patience = 20 * time.Second

// The contract over the whole table, with real sockets; a new row fails until all of it holds.
func TestContract(t *testing.T) {
	for _, check := range conform.Checks() {
		t.Run(check.Name, func(t *testing.T) {
			for _, name := range contestants() {
				t.Run(name, func(t *testing.T) {
					defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
					row, err := servers.LaneByName(name)
					if err != nil {
						t.Fatal(err)
					}
					r, err := check.Ask(t.Context(), func(_ context.Context, heartbeat time.Duration) (conform.Server, error) {
						return startLane(name, heartbeat)
					}, patience)
					// A lane without subscriptions has nobody to count, one without HTTP no words to refuse with, and one whose
					// streams flow one way nothing to confirm. Only events have ids.
					excused := row.Apart || row.Path == "" || !row.TakesUplinks() || check.Name == "resume by id" && row.Transport != "sse"
					switch {
					case err != nil:
						t.Error(err)
					case r.Verdict == conform.DoesNotApply && excused:
						t.Log(r.Why)
					case r.Verdict != conform.Holds:
						t.Errorf("%s: %s: %s", r.Asks, r.Verdict, r.Why)
					}
				})
			}
		})
	}
}

// contestants are all rows of the table, and once more those that can be within TLS, or with connections that several share.
func contestants() (names []string) {
	for _, row := range servers.Lanes() {
		names = append(names, row.Name)
		for _, option := range []string{"+tls", "+streams6"} {
			if _, err := servers.LaneByName(row.Name + option); err == nil {
				names = append(names, row.Name+option)
			}
		}
	}
	return names
}

// inProcess is a server that runs in this process, so that what it leaves behind is seen.
type inProcess struct {
	lent
	stop func() error // drains
}

func startLane(name string, heartbeat time.Duration) (*inProcess, error) {
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := servers.Serve(ctx, servers.Config{
			Lane: name, Address: "127.0.0.1:0", Hub: hub.Config{History: 1024, Heartbeat: heartbeat}, Policy: hub.Policy{Lag: hub.Disconnect}, Drain: patience,
		}, write)
		write.CloseWithError(err)
		ended <- err
	}()
	l := &inProcess{stop: sync.OnceValue(func() error { cancel(); return <-ended })}
	var ready wire.Ready
	if err := json.NewDecoder(read).Decode(&ready); err != nil {
		return nil, errors.Join(err, l.stop())
	}
	l.lent = newLent(ready)
	return l, nil
}

// Stop drains the server.
func (l *inProcess) Stop() error {
	l.HTTP.CloseIdleConnections()
	return l.stop()
}

func everyLane(t *testing.T, test func(t *testing.T, l *inProcess)) {
	t.Helper()
	for _, name := range contestants() {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			l, err := startLane(name, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Stop()
			test(t, l)
		})
	}
}

// The fleet must count exactly what was sent, whatever the lane and the engine.
func TestContractFleetCountsEveryMessage(t *testing.T) {
	for _, o := range []fleet.Options{{Engine: fleet.Goroutines, Reader: fleet.Greedy}, {Engine: fleet.Epoll, Reader: fleet.Coalesced}, {Engine: fleet.Epoll, Reader: fleet.Awake}} {
		t.Run(string(o.Engine)+" "+string(o.Reader), func(t *testing.T) {
			everyLane(t, func(t *testing.T, l *inProcess) {
				const connections, messages = 40, 60
				targets, err := l.Targets()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := o.For(clients.Carried(targets[0])); err != nil {
					t.Log(err)
					return
				}
				client, err := clients.ClientOf(targets[0])
				if err != nil {
					t.Fatal(err)
				}
				f, err := fleet.New(o, client)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.Ramp(t.Context(), wire.Ramp{Targets: targets, Connections: connections, PerSecond: 2000, Agents: 1}); err != nil {
					t.Fatal(err)
				}
				opened, err := f.Collect(t.Context(), wire.Collect{})
				if err != nil {
					t.Fatal(err)
				}
				sockets := int64(connections)
				if shared := int64(targets[0].Streams); shared > 0 {
					sockets = (connections + shared - 1) / shared
				}
				want := map[string]int64{"tcp_connect": sockets, "response_head": connections, "first_message": connections, "handshake": connections}
				if targets[0].TLS && !l.line.UDP { // QUIC's handshake is both
					want["tls_handshake"] = sockets
				}
				for metric, want := range want {
					h, err := opened.Histograms[metric].Decode()
					if err != nil || h.TotalCount() != want {
						t.Errorf("%s was recorded %d times, want %d (%v)", metric, h.TotalCount(), want, err)
					}
				}
				b := wire.Broadcast{Rate: 2000, Count: messages, Size: 128}
				if targets[0].Unreliable {
					b.Rate = 100
				}
				done, err := l.Broadcast(t.Context(), b)
				if err != nil {
					t.Fatal(err)
				}
				r, err := f.Collect(t.Context(), wire.Collect{After: done.After, Through: done.Through, Timeout: patience})
				if err != nil {
					t.Fatal(err)
				}
				complete := r.Received == r.Expected && r.Lost == 0
				if targets[0].Unreliable { // whatever the machine is busy with, the account is exact
					complete = r.Received+r.Lost == r.Expected && r.Received > r.Expected/2
				}
				if r.Connections != connections || r.Expected != connections*messages || !complete || r.Duplicated+r.Reordered != 0 {
					t.Errorf("%d connections received %d of %d, lost %d, duplicated %d, reordered %d", r.Connections, r.Received, r.Expected, r.Lost, r.Duplicated, r.Reordered)
				}
				if len(r.Spreads) != messages {
					t.Errorf("%d spreads, want one for each of %d messages", len(r.Spreads), messages)
				}
				latency, err := r.Histograms["delivery_latency"].Decode()
				if err != nil || uint64(latency.TotalCount()) != r.Received {
					t.Errorf("%d latencies for %d messages (%v)", latency.TotalCount(), r.Received, err)
				}
				stopping, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				f.Stop(stopping)
				if err := l.Stop(); err != nil {
					t.Errorf("stop: %v", err)
				}
			})
		})
	}
}
