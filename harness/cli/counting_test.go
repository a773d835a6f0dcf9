package cli

import (
	"context"
	"testing"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
)

// engineClause is a clause of the load, on the lanes that an engine carries.
func engineClause(name string, o fleet.Options, run func(t *testing.T, l *inProcess)) clause {
	return clause{
		name: name + ", " + string(o.Engine) + " " + string(o.Reader),
		applies: func(row servers.Lane) bool {
			_, err := o.For(clients.NeedsGoroutines(row.Target()) != "")
			return err == nil
		},
		run: func(t *testing.T, row servers.Lane) {
			l, err := startLane(row.Name, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := l.Stop(); err != nil {
					t.Errorf("stop: %v", err)
				}
			})
			run(t, l)
		},
	}
}

// load returns a fleet for a target. It stops when the test ends, before the server does.
func (l *inProcess) load(t *testing.T, o fleet.Options, target wire.Target) *fleet.Fleet {
	t.Helper()
	client, err := clients.ClientOf(target)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.New(o, client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		f.Stop(ctx)
	})
	return f
}

// The fleet must count exactly what was sent, whatever the lane and the engine.
func countingClauses() (all []clause) {
	for _, o := range []fleet.Options{{Engine: fleet.Goroutines, Reader: fleet.Eager}, {Engine: fleet.Epoll, Reader: fleet.Batched}, {Engine: fleet.Epoll, Reader: fleet.BusyPoll}} {
		all = append(all, engineClause("every message is counted", o, func(t *testing.T, l *inProcess) { countEveryMessage(t, l, o) }))
	}
	return all
}

func countEveryMessage(t *testing.T, l *inProcess, o fleet.Options) {
	t.Helper()
	const connections, messages = 40, 60
	targets, err := l.Targets()
	if err != nil {
		t.Fatal(err)
	}
	f := l.load(t, o, targets[0])
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
}
