package decision

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

func TestGolden(t *testing.T) {
	s := fixture.Usual()
	s.More, s.Run = fixture.Talked, func(r *results.Run) {
		r.Uplinks, r.Traffic = []string{"talk"}, map[string]results.Traffic{"steady": {Rate: 2, Kind: "text", Size: 128}}
	}
	d, _ := s.Loaded(t)
	w := results.Workload{Users: 20000, Rate: 1, Size: 300, ClientRate: 0.1, Reconnects: 6, P99: 50 * time.Millisecond}
	peak, deploy := w, w
	peak.Users, peak.Rate, peak.P99 = 30000, 5, time.Millisecond
	deploy.Reconnects = 60
	w.Loads = []results.Demand{{Name: "peak", Workload: peak}, {Name: "deploy", Workload: deploy}}
	page, err := New(d, w, nil)
	fixture.Must(t, err)
	var b bytes.Buffer
	fixture.Must(t, page.Markdown(&b))
	fixture.Golden(t, "decision.md", b.Bytes())
}

// The page as one file has its words, and each figure in full.
func TestHTML(t *testing.T) {
	d, _ := fixture.Usual().Loaded(t)
	page, err := New(d, results.Workload{Users: 20000, Rate: 1, Size: 300}, nil)
	fixture.Must(t, err)
	var b bytes.Buffer
	fixture.Must(t, page.HTML(&b))
	for _, want := range []string{
		"<title>How to push to 20,000 users</title>", `<h2 id="provenance">Provenance</h2>`, "the least | there is",
		`data-full="sse-gin, cpu_per_message: 3.55 µs [`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

// A load has its own messages where the run has its broadcast, and otherwise costs what the usual one does.
func TestLoads(t *testing.T) {
	d := &Decision{Workload: results.Workload{Users: 1000, Rate: 1, Size: 100, Loads: []results.Demand{
		{Name: "peak", Workload: results.Workload{Users: 1000, Rate: 10, Size: 100}},
		{Name: "crowd", Workload: results.Workload{Users: 3000, Rate: 1, Size: 100}},
	}}}
	d.trials = map[string]map[int]figures{}
	for i, name := range []string{"a", "b"} {
		d.Run.Lanes = append(d.Run.Lanes, results.Lane{Name: name})
		d.trials[name] = map[int]figures{1: {perMessage: 2e-5, perMessage + "@peak": float64(i+1) * 1e-5}}
	}
	for i, want := range [][]float64{{0.02, 0.02}, {0.1, 0.2}, {0.06, 0.06}} {
		l := d.loads()[i]
		for j, row := range d.taken(resourceOf("cores"), l) {
			if math.Abs(row.Median-want[j]) > 1e-12 {
				t.Errorf("load %q, %s: %v cores, want %v", l.Name, row.Lane, row.Median, want[j])
			}
		}
	}
}

// What a run cannot tell is not known, and never 0.
func TestWithoutFigures(t *testing.T) {
	s := fixture.Usual()
	s.Keep = func(r results.Sample) bool { return r.Source != "schedstat" }
	d, _ := s.Loaded(t)
	page, err := New(d, results.Workload{Users: 10, Rate: 1, Size: 16}, nil)
	fixture.Must(t, err)
	for _, r := range page.taken(resourceOf("cores"), page.loads()[0]) {
		if r.N != 0 || !math.IsNaN(r.Median) {
			t.Errorf("cores without CPU time: %v of %d trials", r.Median, r.N)
		}
	}
	var b bytes.Buffer
	fixture.Must(t, page.Markdown(&b))
	if !strings.Contains(b.String(), "| cores | not known | not known | not known |") {
		t.Error(b.String())
	}
}

func TestRefused(t *testing.T) {
	d, _ := fixture.Usual().Loaded(t)
	sound := results.Workload{Users: 10, Rate: 1, Size: 16}
	for name, c := range map[string]struct {
		w     results.Workload
		lanes []string
		want  string
	}{
		"no users":    {results.Workload{Rate: 1, Size: 16}, nil, "users: want how many"},
		"no rate":     {results.Workload{Users: 1, Size: 16}, nil, "rate: want the messages a second"},
		"no size":     {results.Workload{Users: 1, Rate: 1}, nil, "size: want the bytes"},
		"not a lane":  {sound, []string{"ws-gorilla", "ws-gorila"}, `no lane "ws-gorila"`},
		"one of them": {sound, []string{"tcp"}, "a decision is between two or more"},
	} {
		if _, err := New(d, c.w, c.lanes); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// At the value where it turns both options take the same, and on either side the one that is named takes less.
func TestTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive := rapid.Float64Range(1e-6, 1)
		trial := func(label string) figures {
			f := figures{}
			for _, m := range []string{base, perConnection, perConnectionAfter, perMessage, perIdle, perHandshake, perUplink, perMessageBytes} {
				f[m] = positive.Draw(t, label+" "+m)
			}
			return f
		}
		d := &Decision{Workload: results.Workload{Users: 1000, Rate: 1, Size: 100, ClientRate: 1, Reconnects: 1}}
		d.trials = map[string]map[int]figures{}
		for _, name := range []string{"a", "b"} {
			d.Run.Lanes = append(d.Run.Lanes, results.Lane{Name: name})
			d.trials[name] = map[int]figures{1: trial(name)}
		}
		for i, turn := range d.turns() {
			p := properties()[i]
			take := func(lane string, v float64) float64 {
				w := d.Workload
				p.with(&w, v)
				return resourceOf(p.resource).take(w, d.trials[lane][1])
			}
			at := turn.At.Center
			switch {
			case turn.Never != "":
				other := turn.A
				if other == turn.Never {
					other = turn.B
				}
				for _, v := range []float64{p.least, 1e3, 1e6} {
					if take(turn.Never, v) > take(other, v)*(1+1e-9) {
						t.Fatalf("%s: at %v %s takes %v and %s %v", p.name, v, turn.Never, take(turn.Never, v), other, take(other, v))
					}
				}
			case p.name != "users" && at < 1e6: // users are whole
				if x, y := take(turn.A, at), take(turn.B, at); math.Abs(x-y) > 1e-6*x {
					t.Fatalf("%s: at %v %v and %v", p.name, at, x, y)
				}
				if take(turn.A, at*0.9) > take(turn.B, at*0.9) || take(turn.A, at*1.1+1e-9) < take(turn.B, at*1.1+1e-9) {
					t.Fatalf("%s: around %v the order is not %s, %s", p.name, at, turn.A, turn.B)
				}
			}
		}
	})
}

// Heartbeats cost something where messages are rarer than they were in the run. Without their interval that is not known.
func TestIdle(t *testing.T) {
	of := func(every float64) figures { return figures{perIdle: 7, heartbeat: every} }
	for name, c := range map[string]struct {
		rate float64
		f    figures
		want float64
	}{
		"rarer":                {0.1, of(5), 7},
		"as often":             {0.2, of(5), 0},
		"more often":           {2, of(5), 0},
		"no heartbeats":        {0.1, of(0), 0},
		"unknown, rare":        {0.9, figures{perIdle: 7}, math.NaN()},
		"unknown, and no need": {1, figures{perIdle: 7}, 0},
	} {
		if got := idle(c.rate, c.f); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
