package trial

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// deaf is a server and a fleet of which one request is never answered, as by a process that was stopped.
type deaf struct {
	*fakeServer
	to     string
	asked  int
	answer int // so many requests of the kind before that
}

func (d *deaf) ask(ctx context.Context, request string) error {
	if request != d.to {
		return nil
	}
	if d.asked++; d.asked <= d.answer {
		return nil
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

func (d *deaf) Collect(ctx context.Context) error { return d.ask(ctx, "gc") }
func (d *deaf) Cut(ctx context.Context) error     { return d.ask(ctx, "cut") }

func (d *deaf) read(ctx context.Context, q node.Question) (node.Snapshot, error) {
	if err := d.ask(ctx, "stats"); err != nil {
		return node.Snapshot{}, err
	}
	return d.fakeServer.read(ctx, q)
}

// deafFleet is the other half.
type deafFleet struct {
	*fakeFleet
	deaf *deaf
}

func (f deafFleet) Profile(ctx context.Context, _ wire.Profile) error {
	return f.deaf.ask(ctx, "profile")
}

func (f deafFleet) Expect(ctx context.Context, e wire.Expect) error { return f.deaf.ask(ctx, "expect") }

func (f deafFleet) Report(ctx context.Context, c wire.Collect) (wire.Report, error) {
	if err := f.deaf.ask(ctx, "report"); err != nil {
		return wire.Report{}, err
	}
	return f.fakeFleet.Report(ctx, c)
}

// Whoever is asked something and does not answer costs the trial its patience, and no more.
func TestNothingWaitsForeverForAnAnswer(t *testing.T) {
	for _, c := range []struct {
		to     string
		answer int
	}{
		{"gc", 0},
		{"gc", 1},
		{"stats", 0},
		{"stats", 1},
		{"stats", 5},
		{"profile", 0},
		{"profile", 1},
		{"expect", 0},
		{"report", 0},
		{"report", 1},
		{"report", 2},
		{"report", 3},
		{"report", 4},
		{"cut", 0},
	} {
		d := &deaf{fakeServer: &fakeServer{}, to: c.to, answer: c.answer}
		f := &fakeFleet{}
		tr := newTrial(d.fakeServer, f)
		tr.topology, tr.server, tr.fleet = d, d, deafFleet{f, d}
		tr.scenario.Patience = 20 * time.Millisecond
		p, _ := headline(tr)
		p.Events = happens(&Cut{})
		idle := Idle(time.Millisecond)
		tr.scenario.Phases = slices.Insert(tr.scenario.Phases, 2, scenario.Phase{Name: results.PhaseIdle, Work: &idle})
		tr.scenario.Fleet.Slow.Share = 0.5
		ended := make(chan error, 1)
		go func() { ended <- tr.conduct(t.Context()) }()
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(err.Error(), "patience") {
				t.Errorf("no answer to %s number %d: %v, want one that speaks of patience", c.to, c.answer+1, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no answer to %s number %d: the trial waits for ever", c.to, c.answer+1)
		}
	}
}

// A stall that a phase has no time for ends with the phase.
func TestAStallEndsWithItsPhase(t *testing.T) {
	tr := newTrial(&fakeServer{}, &fakeFleet{})
	tr.scenario.Patience = 20 * time.Millisecond
	p, _ := headline(tr)
	p.Events = happens(&Stall{For: 24 * time.Hour})
	tr.server = pausing{&fakeServer{published: wire.Published{After: 10, Through: 15}}}
	ended := make(chan error, 1)
	go func() { ended <- tr.conduct(t.Context()) }()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "phase broadcast: it took longer than its schedule and") {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the trial waits for the stall's end")
	}
	if got := tr.rows.find(results.PhaseDrain, sourceTrial, "duration"); len(got) > 0 {
		t.Error("the trial went on")
	}
}

// pausing is stopped as a process is.
type pausing struct{ *fakeServer }

func (pausing) Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
