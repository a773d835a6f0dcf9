package trial

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// talking conducts a trial whose clients send: in its broadcast and in two phases of their own.
func talking(t *testing.T, f *fakeFleet) *trial {
	t.Helper()
	tr := newTrial(&fakeServer{}, f)
	_, b := headline(tr)
	b.Uplink = Meanwhile{Rate: 40, Size: 32}
	tr.scenario.Phases = append(tr.scenario.Phases,
		scenario.Phase{Name: "calm", Work: &Uplink{Rate: 20, For: 100 * time.Millisecond, Size: 64}},
		scenario.Phase{Name: "lively", Work: &Uplink{Rate: 100, For: 100 * time.Millisecond, Size: 128}},
	)
	if err := tr.conduct(t.Context()); err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestConductHasClientsSend(t *testing.T) {
	f := &fakeFleet{report: func(_ wire.Collect, r *wire.Report) {
		r.UplinksDue, r.UplinksSent, r.UplinksConfirmed, r.UplinksWritten = 6, 6, 6, 600
	}}
	tr := talking(t, f)
	want := []wire.Send{{Rate: 40, Count: 2, Size: 32}, {Rate: 20, Count: 2, Size: 64}, {Rate: 100, Count: 10, Size: 128}}
	if !slices.Equal(f.sent, want) {
		t.Errorf("clients sent %+v, want %+v", f.sent, want)
	}
	// Opened once, and ended before the last look at the server's memory.
	if want := []wire.OpenUplinks{{PerSecond: 1000}}; !slices.Equal(f.opened, want) || f.closed != 1 {
		t.Errorf("uplink connections opened: %+v, want %+v; closed %d times", f.opened, want, f.closed)
	}
	for _, phase := range []string{"broadcast", "calm", "lively"} {
		if got := tr.rows.find(phase, sourceAgent, "uplinks_confirmed"); !slices.Equal(got, []float64{6}) {
			t.Errorf("phase %s: %v confirmed, want 6", phase, got)
		}
	}
	for phase, rows := range map[string]int{"calm": 1, "lively": 1, results.PhaseUplinkRamp: 1, results.PhaseUplinkLevel: 0} {
		if got := tr.rows.find(phase, "schedstat", "cpu"); len(got) != rows {
			t.Errorf("phase %s: %d rows of CPU, want %d", phase, len(got), rows)
		}
	}
	for _, phase := range []string{results.PhaseUplinkLevel, results.PhaseAfter} {
		if got := tr.rows.find(phase, "process", "rss"); len(got) != 1 {
			t.Errorf("phase %s: %d rows of memory, want 1", phase, len(got))
		}
	}
	if len(tr.invalid) > 0 {
		t.Errorf("invalid for %v", tr.invalid)
	}
}

// Where no client is to send, nothing is opened and nothing recorded.
func TestConductLeavesSilentClientsAlone(t *testing.T) {
	f := &fakeFleet{}
	tr, err := conduct(t, &fakeServer{}, f)
	if err != nil || len(f.sent)+len(f.opened) > 0 {
		t.Errorf("%v, sent %v, opened %v", err, f.sent, f.opened)
	}
	for _, s := range tr.rows.Samples {
		if s.Source == sourceAgent && strings.HasPrefix(s.Metric, "uplink") {
			t.Errorf("recorded %+v", s)
		}
	}
}

func TestConductWarnsOfLostUplinksAndInvalidatesALateLoad(t *testing.T) {
	f := &fakeFleet{report: func(c wire.Collect, r *wire.Report) {
		h := wire.NewHistogram()
		wire.RecordMany(h, int64(20*time.Millisecond), 1000)
		late, err := wire.EncodeHistogram(h)
		if err != nil {
			t.Fatal(err)
		}
		if c.Through == 0 && c.Timeout > 0 && !c.Drained { // of a phase in which nobody broadcasts
			r.UplinksDue, r.UplinksSent, r.UplinksConfirmed = 6, 6, 5
			r.Histograms = map[string]wire.Histogram{"uplink_lateness": late}
		}
	}}
	tr := talking(t, f)
	texts := strings.Join(results.Texts(tr.warnings), "; ")
	if !strings.Contains(texts, "phase calm: messages of clients were lost") || strings.Contains(texts, "phase broadcast: messages of clients were lost") {
		t.Errorf("warnings %q", texts)
	}
	if texts := strings.Join(results.Texts(tr.invalid), "; "); !strings.Contains(texts, "phase lively: the load generator sent its messages late") {
		t.Errorf("invalid for %q", texts)
	}
}
