package trial

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// fakeServer publishes nothing, and has the same figures whenever it is read.
type fakeServer struct {
	published wire.Published
	paused    time.Duration
	cut       bool

	broadcasts []wire.Broadcast
	ending     error // of Stop
}

func (*fakeServer) Targets() ([]wire.Target, error) { return []wire.Target{{Transport: "tcp"}}, nil }

// read is what a node says of a server with two subscribers.
func (s *fakeServer) read(_ context.Context, q node.Question) (node.Snapshot, error) {
	all := []node.Reading{
		of("server", "schedstat", "cpu", 1, true), of("server", "process", "rss", 1<<20, false), of("server", "descriptors", "descriptors", 5, false),
		of("server", "runtime", "stacks", 4096, false), of("server", "hub", "subscribers", 2, false), of("load", "process", "rss", 1<<20, false),
	}
	if q.Level {
		all = append(all, of("server", "gosettings", "gogc", 100, false))
	}
	return node.Snapshot{Readings: all}, nil
}

func (*fakeServer) serving(context.Context) ([]node.Serving, error) { return nil, nil }

func (*fakeServer) trace(context.Context, int) (node.Tracer, error) {
	return nil, errors.ErrUnsupported
}

func of(process, source, metric string, v float64, counter bool) node.Reading {
	return node.Reading{Process: process, Sourced: probe.Sourced{Source: source, Reading: probe.Reading{Metric: metric, Value: v, Counter: counter}}}
}

func (*fakeServer) Stats(context.Context) (wire.Stats, error) { return nil, nil }

func (s *fakeServer) Broadcast(_ context.Context, b wire.Broadcast) (wire.Published, error) {
	s.broadcasts = append(s.broadcasts, b)
	return s.published, nil
}
func (*fakeServer) Collect(context.Context) error                    { return nil }
func (s *fakeServer) Cut(context.Context) error                      { s.cut = true; return nil }
func (s *fakeServer) Pause(_ context.Context, d time.Duration) error { s.paused = d; return nil }
func (s *fakeServer) Stop() error                                    { return s.ending }

// fakeFleet opens what it is told to and reports what the test wants.
type fakeFleet struct {
	open     int
	told     []any
	expected []wire.Expect
	opened   []wire.OpenUplinks
	closed   int // times that uplink connections were
	sent     []wire.Send
	short    int // connections that are missing from every report
	report   func(c wire.Collect, r *wire.Report)
}

func (f *fakeFleet) Ramp(_ context.Context, r wire.Ramp) error {
	f.open += r.Connections
	return nil
}

func (f *fakeFleet) Profile(_ context.Context, p wire.Profile) error {
	f.told = append(f.told, p)
	return nil
}

func (f *fakeFleet) Blackhole(_ context.Context, b wire.Blackhole) error {
	f.told = append(f.told, b)
	return nil
}

func (f *fakeFleet) Expect(_ context.Context, e wire.Expect) error {
	f.expected = append(f.expected, e)
	return nil
}

func (f *fakeFleet) OpenUplinks(_ context.Context, o wire.OpenUplinks) error {
	f.opened = append(f.opened, o)
	return nil
}

func (f *fakeFleet) CloseUplinks(context.Context, wire.Nothing) error {
	f.closed++
	return nil
}

func (f *fakeFleet) Send(_ context.Context, s wire.Send) error {
	f.sent = append(f.sent, s)
	return nil
}

func (f *fakeFleet) Report(_ context.Context, c wire.Collect) (wire.Report, error) {
	r := wire.Report{Counts: wire.Counts{Connections: f.open - f.short, Received: c.Through - c.After, Expected: c.Through - c.After}}
	if f.report != nil {
		f.report(c, &r)
	}
	return r, nil
}
func (*fakeFleet) Stop(context.Context) error { return nil }

func conduct(t *testing.T, s *fakeServer, f *fakeFleet) (*trial, error) {
	t.Helper()
	tr := newTrial(s, f)
	return tr, tr.conduct(t.Context())
}

func newTrial(s *fakeServer, f *fakeFleet) *trial {
	s.published = wire.Published{After: 10, Through: 15}
	return &trial{
		scenario: &scenario.Scenario{
			Patience: time.Minute, Reader: scenario.ReaderBusyPoll, Fleet: wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectNone}},
			Phases: []scenario.Phase{
				{Name: "ramp", Work: &Ramp{To: 1, Rate: 1000}},
				{Name: "ramp", Work: &Ramp{To: 3, Rate: 1000}},
				{Name: "broadcast", Work: &Broadcast{Rate: 100, For: 50 * time.Millisecond, Size: 64}, Events: happens(&Stall{For: time.Millisecond})},
			},
		},
		lane: "tcp", topology: s, server: s, fleet: f, rows: &rows{begin: time.Now()}, progress: func(string, time.Duration) {},
	}
}

// happens is one event after another, a quarter into the phase.
func happens(all ...event) (events []scenario.Event) {
	for _, e := range all {
		events = append(events, scenario.Event{At: 0.25, Work: e})
	}
	return events
}

// headline is the trial's broadcast, for the test to change.
func headline(tr *trial) (*scenario.Phase, *Broadcast) {
	for i, p := range tr.scenario.Phases {
		if b, ok := p.Work.(*Broadcast); ok {
			return &tr.scenario.Phases[i], b
		}
	}
	panic("no broadcast")
}

func (r *rows) find(phase, source, metric string) (values []float64) {
	for _, s := range r.Samples {
		if s.Phase == phase && s.Source == source && s.Metric == metric {
			values = append(values, s.Value)
		}
	}
	return values
}

func TestConductRecordsEveryPhase(t *testing.T) {
	s := &fakeServer{}
	tr, err := conduct(t, s, &fakeFleet{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		phase, source, metric string
		rows                  int
	}{
		{results.PhaseBaseline, "process", "rss", 1},
		{results.PhaseLevel, "process", "rss", 2},
		{results.PhaseLevel, "process", "rss_before_gc", 2},
		{results.PhaseLevel, "runtime", "stacks", 2},
		{results.PhaseLevel, "gosettings", "gogc", 2},
		{results.PhaseLevel, "gosettings", "gogc_before_gc", 0},
		{results.PhaseRamp, "gosettings", "gogc", 0}, // settings are read while the server stands still
		{results.PhaseLevel, "descriptors", "descriptors", 2},
		{results.PhaseRamp, "schedstat", "cpu", 2},
		{results.PhaseRamp, sourceTrial, "duration", 2},
		{"broadcast", "schedstat", "cpu", 1},
		{"broadcast", sourceAgent, "received", 1},
		{results.PhaseAfter, "process", "rss", 1},
		{results.PhaseDrain, sourceAgent, "closed", 1},
	} {
		if got := tr.rows.find(c.phase, c.source, c.metric); len(got) != c.rows {
			t.Errorf("%s of %s in phase %s: %d rows, want %d", c.metric, c.source, c.phase, len(got), c.rows)
		}
	}
	if s.paused != time.Millisecond {
		t.Errorf("the server was stopped for %v, want 1ms", s.paused)
	}
	if len(tr.warnings)+len(tr.invalid) > 0 {
		t.Errorf("warnings %v, invalid for %v, want none", tr.warnings, tr.invalid)
	}
}

func TestConductFailsWhenConnectionsAreMissing(t *testing.T) {
	_, err := conduct(t, &fakeServer{}, &fakeFleet{short: 1})
	if err == nil || !strings.Contains(err.Error(), "0 of 1 connections are open") {
		t.Errorf("got %v", err)
	}
}

func TestConductWarnsOfLoss(t *testing.T) {
	tr, err := conduct(t, &fakeServer{}, &fakeFleet{report: func(c wire.Collect, r *wire.Report) {
		if c.Through > c.After {
			r.Received, r.Lost, r.Cut, r.Errors = 3, 2, 1, map[string]int{"connection reset by peer": 1}
			r.Losers, r.Missed = map[uint64]int{2: 1}, 1
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(results.Texts(tr.warnings), "\n")
	if !strings.Contains(text, "messages were lost: 2 of 5; 1 of 3 connections lost 2 each; 1 were published while the client had no connection") ||
		!strings.Contains(text, "connections were cut: connection reset by peer (1 connection)") {
		t.Errorf("warnings %q", text)
	}
	if got := tr.rows.find("broadcast", sourceAgent, "lost"); len(got) != 1 || got[0] != 2 {
		t.Errorf("lost %v, want 2", got)
	}
}

// The traced phase is there where the scenario asks for it and the machine allows it, and only then.
func TestConductTraces(t *testing.T) {
	for _, c := range []struct {
		name    string
		trace   time.Duration
		allowed bool
	}{{"not asked for", 0, true}, {"not allowed", time.Second, false}, {"nothing was received", time.Second, true}} {
		f := &fakeFleet{report: func(c wire.Collect, r *wire.Report) { r.Received = 0 }}
		tr := newTrial(&fakeServer{}, f)
		if tr.tracing = c.allowed; c.trace > 0 {
			tr.scenario.Phases = append(tr.scenario.Phases, scenario.Phase{Name: results.PhaseTraced, Work: (*Trace)(&c.trace)})
		}
		tr.scenario.Fleet.Slow.Share = 1 // whose messages nobody waits for
		if err := tr.conduct(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := tr.rows.find(results.PhaseTraced, sourceTrial, "duration"); len(got) != 0 {
			t.Errorf("%s: the phase was there", c.name)
		}
		if warned := strings.Contains(strings.Join(results.Texts(tr.warnings), ""), "phase traced: it is left out"); warned != (c.trace > 0 && c.allowed) {
			t.Errorf("%s: warnings %q", c.name, tr.warnings)
		}
	}
}

// The warm-up is messages without rows, and what it loses is said.
func TestConductWarmsUp(t *testing.T) {
	s := &fakeServer{}
	f := &fakeFleet{report: func(c wire.Collect, r *wire.Report) { r.Lost = c.Through - c.After }}
	tr := newTrial(s, f)
	_, b := headline(tr)
	b.Warmup = 7
	if err := tr.conduct(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []wire.Broadcast{{Rate: 100, Count: 7, Size: 64}, {Rate: 100, Count: 5, Size: 64}}
	if !slices.Equal(s.broadcasts, want) {
		t.Errorf("published %+v, want %+v", s.broadcasts, want)
	}
	if text := strings.Join(results.Texts(tr.warnings), "\n"); !strings.Contains(text, "phase warmup: messages were lost") {
		t.Errorf("warnings %q", text)
	}
	if i := slices.IndexFunc(tr.rows.Samples, func(s results.Sample) bool { return s.Phase == results.PhaseWarmup }); i >= 0 {
		t.Errorf("row %+v of the warm-up", tr.rows.Samples[i])
	}
}

// The clients know what is to come before it is published, and a trial in which something else came has failed.
func TestConductHoldsWhatArrivesAgainstWhatWasPublished(t *testing.T) {
	s, f := &fakeServer{}, &fakeFleet{}
	tr := newTrial(s, f)
	_, b := headline(tr)
	tr.scenario.Seed, b.Warmup, b.Payload = 7, 1, wire.PayloadJSON
	if err := tr.conduct(t.Context()); err != nil {
		t.Fatal(err)
	}
	content := wire.Content{Payload: wire.PayloadJSON, Size: 64, Seed: 7}
	if want := []wire.Expect{{Rate: 100, Content: content}, {After: s.published.Through, Rate: 100, Content: content}}; !slices.Equal(f.expected, want) {
		t.Errorf("expected %+v, want %+v", f.expected, want)
	}
	for i, b := range s.broadcasts {
		if b.Content() != content {
			t.Errorf("broadcast %d is of %+v, want %+v", i, b.Content(), content)
		}
	}
	_, err := conduct(t, &fakeServer{}, &fakeFleet{report: func(_ wire.Collect, r *wire.Report) { r.Compared, r.Changed = 9, 2 }})
	if err == nil || err.Error() != "phase broadcast: 2 of 9 compared messages differ from the published ones" {
		t.Errorf("got %v", err)
	}
}

// Events happen in their phase; profiles begin with the ramp's end and are over before the server stops.
func TestConductTellsTheFleetItsProfile(t *testing.T) {
	s, f := &fakeServer{}, &fakeFleet{}
	profile := wire.Profile{Slow: wire.Slow{Share: 0.5}, Reconnect: wire.Reconnect{Policy: wire.ReconnectNone}}
	tr := newTrial(s, f)
	tr.scenario.Fleet = profile
	p, _ := headline(tr)
	p.Events = happens(&Blackhole{Share: 0.25}, &Cut{})
	if err := tr.conduct(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []any{profile, wire.Blackhole{Share: 0.25}, wire.Profile{}}
	if !slices.Equal(f.told, want) || !s.cut {
		t.Errorf("told %+v, cut %v; want %+v", f.told, s.cut, want)
	}
	if got := tr.rows.find("broadcast", sourceAgent, "returned"); len(got) != 1 {
		t.Errorf("%d rows of returned", len(got))
	}
}

// The generator's own delays make a trial invalid, at their percentile and with enough values; rarer ones of connects are told.
func TestDelaysInvalidate(t *testing.T) {
	spread := func(values int, late float64) wire.Histogram {
		h := wire.NewHistogram()
		for i := range values {
			delay := int64(time.Microsecond)
			if float64(i) < late*float64(values) {
				delay = int64(2 * delayLimit)
			}
			wire.Record(h, delay)
		}
		encoded, err := wire.EncodeHistogram(h)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	for _, c := range []struct {
		metric string
		values int
		late   float64
		storm  bool
		want   bool
		warns  bool
	}{
		{connectLateness, 5000, 0.2, false, true, false},
		{connectLateness, 5000, 0.02, false, false, true},
		{connectLateness, 5000, 0.005, false, false, false},
		{connectLateness, 900, 0.5, false, false, false}, // too few for a 99th percentile
		{connectLateness, 5000, 1, true, false, false},   // that is what a storm is
		{"uplink_lateness", 5000, 0.02, false, true, false},
		{"generator_delay", 5000, 0.2, false, true, false},
		{"generator_delay", 5000, 0.2, true, true, false},
		{"generator_delay", 5000, 0.05, false, false, false},
		{"handshake", 5000, 1, false, false, false}, // the server's affair
	} {
		tr := &trial{scenario: &scenario.Scenario{}, ramped: &Ramp{Storm: c.storm}}
		err := tr.checkDelays("ramp", wire.Report{Histograms: map[string]wire.Histogram{c.metric: spread(c.values, c.late)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(tr.invalid) > 0; got != c.want {
			t.Errorf("%d values of %s, %g of them late: invalid %v, want %v", c.values, c.metric, c.late, got, c.want)
		}
		if got := len(tr.warnings) > 0; got != c.warns {
			t.Errorf("%d values of %s, %g of them late: warned %q", c.values, c.metric, c.late, tr.warnings)
		}
	}
}

func TestBacklogInvalidates(t *testing.T) {
	tr := &trial{scenario: &scenario.Scenario{}}
	if err := tr.checkDelays("broadcast", wire.Report{Counts: wire.Counts{Unread: 7}}); err != nil {
		t.Fatal(err)
	}
	if len(tr.invalid) != 1 || !strings.Contains(tr.invalid[0].String(), "7 bytes had arrived") {
		t.Errorf("invalid for %q", tr.invalid)
	}
}

func TestShareInvalidates(t *testing.T) {
	for _, c := range []struct {
		reader, engine string
		seconds        float64
		took           time.Duration
		want           bool
	}{
		{scenario.ReaderBatched, "epoll", 0.9, time.Second, true},
		{scenario.ReaderBatched, "epoll", 0.7, time.Second, false},
		{scenario.ReaderBatched, "epoll", 0.09, 100 * time.Millisecond, false},
		{scenario.ReaderBusyPoll, "epoll", 1, time.Second, false},
		{scenario.ReaderBusyPoll, "goroutine", 1, time.Second, true}, // its reads sleep, whatever the scenario says
	} {
		r := &Run{Scenario: &scenario.Scenario{Reader: c.reader}, Engine: c.engine}
		tr := &trial{scenario: r.Scenario, spins: r.spins(scenario.Trial{Contestant: results.Contestant{Lane: "tcp+tls"}})}
		tr.checkShare("broadcast", c.seconds, c.took)
		if got := len(tr.invalid) > 0; got != c.want {
			t.Errorf("%v s of cpu in %v, reader %s on %s: invalid %v, want %v", c.seconds, c.took, c.reader, c.engine, got, c.want)
		}
	}
}

// A quota that stopped server or load makes a trial invalid, once where both are in one group; a moment of it is told.
func TestThrottlingInvalidates(t *testing.T) {
	stopped := probe.Throttling{Periods: 10, Throttled: 4, Seconds: 0.2}
	for _, c := range []struct {
		name            string
		run, server     probe.Throttling
		invalid, warned int
	}{
		{"nothing", probe.Throttling{Periods: 10}, probe.Throttling{Periods: 10}, 0, 0},
		{"the run's", stopped, probe.Throttling{}, 1, 0},
		{"the server's alone", probe.Throttling{}, stopped, 1, 0},
		{"both, apart", stopped, probe.Throttling{Periods: 10, Throttled: 9, Seconds: 0.9}, 2, 0},
		{"a moment", probe.Throttling{Periods: 10, Throttled: 1, Seconds: 0.009}, probe.Throttling{}, 0, 1},
	} {
		tr := &trial{}
		tr.checkThrottled("idle", c.run, c.server, time.Second)
		if len(tr.invalid) != c.invalid || len(tr.warnings) != c.warned {
			t.Errorf("%s: invalid for %q, warned of %q", c.name, tr.invalid, tr.warnings)
		}
	}
	grown := []node.Reading{
		of("server", "throttling", "periods", 10, true), of("server", "schedstat", "throttled", 9, true),
		of("server", "throttling", "throttled_periods", 4, true), of("server", "throttling", "throttled", 0.2, true),
	}
	for own, want := range map[bool]probe.Throttling{true: stopped, false: {}} {
		if got := throttledServer(grown, map[string]node.State{"server": {OwnQuota: own}}); got != want {
			t.Errorf("with a quota of its own (%v): %+v", own, got)
		}
	}
}

// A kill in the run's own group is the server's; one anywhere on the machine may be.
func TestKillsInvalidate(t *testing.T) {
	for _, c := range []struct {
		name            string
		after           probe.OOMKills
		invalid, warned int
	}{
		{"none", probe.OOMKills{Group: 1, Machine: 5}, 0, 0},
		{"of the group", probe.OOMKills{Group: 2, Machine: 6}, 1, 0},
		{"of the machine", probe.OOMKills{Group: 1, Machine: 6}, 0, 1},
	} {
		tr := &trial{}
		tr.checkKilled("idle", probe.OOMKills{Group: 1, Machine: 5}, c.after)
		if len(tr.invalid) != c.invalid || len(tr.warnings) != c.warned {
			t.Errorf("%s: invalid for %q, warned of %q", c.name, tr.invalid, tr.warnings)
		}
	}
}

// How a server ends when it is stopped is kept, and costs neither the trial nor a warning: its figures were taken before.
func TestEndingsAreNoEvidence(t *testing.T) {
	s := &fakeServer{ending: &process.LateError{Text: "still there 5s after SIGTERM, and killed: pid 7 (node)"}}
	tr, err := conduct(t, s, &fakeFleet{report: func(c wire.Collect, r *wire.Report) {
		if c.Drained {
			r.Cut, r.Errors = 3, map[string]int{"connection reset by peer": 3}
		}
	}})
	if err != nil || len(tr.warnings)+len(tr.invalid) > 0 {
		t.Errorf("%v, warnings %q, invalid for %q", err, tr.warnings, tr.invalid)
	}
	if len(tr.ending) != 2 || tr.ending[0] != s.ending.Error() || !strings.HasPrefix(tr.ending[1], "its connections were cut: connection reset by peer") {
		t.Errorf("the ending is %q", tr.ending)
	}
}
