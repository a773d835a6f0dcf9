package plots

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// goal is what a reader may optimise for, and the figure that decides.
type goal struct{ name, metric string }

// goals is THE TABLE of the advice.
func goals() []goal {
	return []goal{
		{"many connections in little memory", "rss_per_connection"},
		{"little CPU under traffic", "cpu_per_message"},
		{"little CPU while idle", "cpu_per_idle_connection"},
		{"low latency", "delivery_latency_p50"},
		{"a short tail of latency", "delivery_latency_p99"},
		{"all receivers at the same time", "fanout_spread_p50"},
		{"quick connecting", "handshake_time_p50"},
		{"cheap reconnects", "cpu_per_handshake"},
		{"few bytes on the wire", "wire_bytes_per_message"},
	}
}

// pick is a line of the advice.
type pick struct {
	Goal   string
	Metric string
	Lanes  []string // the best, and those that cannot be told from it
	Figure string   // of the best

	missed  []miss
	unclear []string // lanes that could not be compared with it
}

// miss is how many times the figure of the best another lane has.
type miss struct {
	lane  string
	ratio float64
}

func (m miss) String() string { return m.lane + " " + ratio(m.ratio) }

// misses names the lanes that miss the best, of many the nearest and the farthest.
func (p pick) misses() string {
	byRatio := func(a, b miss) int { return cmp.Compare(a.ratio, b.ratio) }
	if len(p.missed) >= mostNamed {
		return fmt.Sprintf("%d others from %s to %s", len(p.missed), slices.MinFunc(p.missed, byRatio), slices.MaxFunc(p.missed, byRatio))
	}
	var all []string
	for _, m := range p.missed {
		all = append(all, m.String())
	}
	return strings.Join(all, ", ")
}

// Why is the evidence for a pick.
func (p pick) Why() string {
	s := p.Lanes[0] + " " + p.Figure + "; " + p.misses()
	if len(p.Lanes) > 1 {
		s += "; no significant difference between those picked"
	}
	if len(p.unclear) > 0 {
		s += "; not compared: " + strings.Join(p.unclear, ", ")
	}
	return s
}

// advise picks lanes for the goals the run can decide. Goals come back apart where no difference is significant, and
// where nothing can be said.
func advise(d *results.Data, rows []results.SummaryRow) (picks []pick, even, open []string) {
	v := newView(d, rows)
	for _, g := range goals() {
		candidates := v.candidates(g.metric)
		if len(candidates) < 2 {
			continue
		}
		switch p := choose(g, candidates); {
		case len(p.missed) > 0:
			picks = append(picks, p)
		case len(p.Lanes) > 1:
			even = append(even, g.name+" ("+g.metric+")")
		default:
			open = append(open, g.name+" ("+g.metric+")")
		}
	}
	return picks, even, open
}

// candidates are the rows a lane can be picked by: floors are no transport to ship, and latencies of lanes that lose
// messages win nothing (rule 11).
func (v *view) candidates(metric string) []results.SummaryRow {
	var out []results.SummaryRow
	for _, l := range v.lanes {
		r := v.row(l.Name, metric)
		lost := slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.HasPrefix(w, "reach ") })
		if r.N > 0 && finite(r.Median) && l.Tag != tagFloor && !lost {
			out = append(out, r)
		}
	}
	return out
}

// choose compares the best lane with every other, in pairs within blocks, as verdicts do. A lane that cannot be told
// from the best is named beside it.
func choose(g goal, candidates []results.SummaryRow) pick {
	m, _ := results.MetricByName(g.metric) // an unknown metric has no rows, and so no candidates
	best := slices.MinFunc(candidates, func(a, b results.SummaryRow) int {
		switch {
		case a.Median == b.Median:
			return 0
		case (a.Median < b.Median) == (m.Better != stats.Higher):
			return -1
		default:
			return 1
		}
	})
	p := pick{
		Goal: g.name, Metric: g.metric, Lanes: []string{best.Lane},
		Figure: unitOf(best.Metric, best.Unit).number(best.Median),
	}
	for _, other := range candidates {
		if other.Lane == best.Lane {
			continue
		}
		r := stats.PairedRatio(pairs(other, best))
		switch stats.Verdict(r, m.Better) {
		case stats.Worse:
			p.missed = append(p.missed, miss{other.Lane, r.Center})
		case stats.Unclear:
			p.unclear = append(p.unclear, other.Lane)
		default:
			p.Lanes = append(p.Lanes, other.Lane)
		}
	}
	return p
}

// pairs returns the values of two rows in the blocks that have both.
func pairs(a, b results.SummaryRow) (x, y []float64) {
	for _, v := range a.Values {
		i := slices.IndexFunc(b.Values, func(w results.TrialValue) bool { return w.Block == v.Block })
		if i >= 0 {
			x, y = append(x, v.Value), append(y, b.Values[i].Value)
		}
	}
	return x, y
}
