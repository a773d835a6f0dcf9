package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/hub"
)

// patience bounds every wait of these tests; it is never waited for when they pass.
const patience = 20 * time.Second

// full is what make test-all sets.
var full = flag.Bool("full", false, "run every clause of the contract on every lane")

// clause is one thing the contract asks of a lane: a check of package conform, or that the load and a lane count the same.
type clause struct {
	name      string
	applies   func(row servers.Lane) bool
	run       func(t *testing.T, row servers.Lane)
	skips     bool // on a lane that it does not apply to it runs, and says so
	everyLane bool // it runs on every lane, also without -full
}

// clauses is the table of the contract.
func clauses() (all []clause) {
	for _, check := range conform.Checks() {
		all = append(all, clause{
			name: check.Name, everyLane: check.Name == "delivery, 128 B", skips: true,
			applies: func(row servers.Lane) bool { return checkApplies(check.Name, row) },
			run:     func(t *testing.T, row servers.Lane) { askCheck(t, check, row) },
		})
	}
	return slices.Concat(all, countingClauses(), comparingClauses(), uplinkClauses())
}

// checkApplies reports whether a lane has what a check is about: one without subscriptions has nobody to count, one without HTTP
// nothing to refuse with, one whose streams flow one way nothing to confirm. Only events have ids.
func checkApplies(check string, row servers.Lane) bool {
	switch check {
	case "resume by id":
		return row.Transport == "sse"
	case "server's cut", "heartbeats", "leaving":
		return !row.Sessionless
	case "uplinks":
		return row.TakesUplinks()
	case "bad resume", "unknown path":
		return row.Path != ""
	default:
		return true
	}
}

func askCheck(t *testing.T, check conform.Check, row servers.Lane) {
	t.Helper()
	r, err := check.Ask(t.Context(), func(_ context.Context, heartbeat time.Duration) (conform.Server, error) {
		return startLane(row.Name, heartbeat)
	}, patience)
	want := conform.Holds
	if !checkApplies(check.Name, row) {
		want = conform.DoesNotApply
	}
	if err != nil || r.Verdict != want {
		t.Errorf("%s: %s, want %s: %s (%v)", r.Asks, r.Verdict, want, r.Why, err)
	}
}

// The contract, with real sockets: each clause on a lane of every transport, with -full on every lane. A new row fails until all
// of it holds.
func TestContract(t *testing.T) {
	all := clauses()
	for i, rows := range turns(t, all) {
		t.Run(all[i].name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			for _, row := range rows {
				t.Run(row.Name, func(t *testing.T) {
					if !row.Unreliable { // what it may lose depends on what else runs
						t.Parallel()
					}
					all[i].run(t, row)
				})
			}
		})
	}
}

// turns are the lanes of each clause: with -full all, else one of each transport, which has had the fewest clauses before, so that
// each lane has its turn.
func turns(t *testing.T, all []clause) [][]servers.Lane {
	t.Helper()
	had := map[string]int{}
	rows := make([][]servers.Lane, len(all))
	for i, c := range all {
		byTransport := map[string][]servers.Lane{}
		for _, name := range contestants() {
			row, err := servers.LaneByName(name)
			if err != nil {
				t.Fatal(err)
			}
			switch applies := c.applies(row); {
			case applies && !*full && !c.everyLane:
				byTransport[row.Transport] = append(byTransport[row.Transport], row)
			case applies, *full && c.skips:
				rows[i] = append(rows[i], row)
			}
		}
		for _, transport := range slices.Sorted(maps.Keys(byTransport)) {
			rows[i] = append(rows[i], slices.MinFunc(byTransport[transport], func(a, b servers.Lane) int { return had[a.Name] - had[b.Name] }))
		}
		for _, row := range rows[i] {
			had[row.Name]++
		}
	}
	return rows
}

// Every clause runs on a lane of each transport that it applies to, and every lane has more than one.
func TestEveryClauseHasItsTurn(t *testing.T) {
	all := clauses()
	clausesOf := map[string]int{}
	for i, rows := range turns(t, all) {
		has := map[string]bool{}
		for _, row := range rows {
			clausesOf[row.Name]++
			has[row.Transport] = has[row.Transport] || all[i].applies(row)
		}
		for _, row := range servers.Lanes() {
			if all[i].applies(row) && !has[row.Transport] {
				t.Errorf("%s: no lane of %s", all[i].name, row.Transport)
			}
		}
	}
	for _, name := range contestants() {
		if clausesOf[name] < 2 {
			t.Errorf("%s: %d clauses, want two", name, clausesOf[name])
		}
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
	l.direct.HTTP.CloseIdleConnections()
	return l.stop()
}
