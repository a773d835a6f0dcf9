package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// goal is what a reader may optimise for, and the figure that decides.
type goal struct {
	name, metric string

	otherwise string // decides where the machine did not give that figure
}

// goals is THE TABLE of the advice.
func goals() []goal {
	return []goal{
		{"many connections in little memory", "memory_per_connection", "rss_per_connection"},
		{"little CPU under traffic", "cpu_per_message", ""},
		{"little CPU while idle", "cpu_per_idle_connection", ""},
		{"low latency", "delivery_latency_p50", ""},
		{"a short tail of latency", "delivery_latency_p99", ""},
		{"all receivers at the same time", "fanout_spread_p50", ""},
		{"quick connecting", "handshake_time_p50", ""},
		{"cheap reconnects", "cpu_per_handshake", ""},
		{"few bytes on the wire", "wire_bytes_per_message", ""},
	}
}

// pick is a line of the advice.
type pick struct {
	Goal   string
	Metric string
	Lanes  []string // the best, and those that are equal to it
	Figure string   // of the best

	within    float64 // that they are equal within
	missed    []miss
	undecided []string // lanes that may be equal to it, or far from it
	unclear   []string // lanes that could not be compared with it
}

// miss is how many times the figure of the best another lane has.
type miss struct {
	lane  string
	ratio float64
}

func (m miss) String() string { return m.lane + " " + words.Ratio(m.ratio) }

// runnersUp names the lanes that miss the best, of many the nearest and the farthest.
func (p pick) runnersUp() string {
	byRatio := func(a, b miss) int { return cmp.Compare(a.ratio, b.ratio) }
	if len(p.missed) >= words.MostNamed {
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
	s := p.Lanes[0] + " " + p.Figure + "; " + p.runnersUp()
	if len(p.Lanes) > 1 {
		s += "; those picked are " + words.Equal(p.within)
	}
	if len(p.unclear) > 0 {
		s += "; not compared: " + strings.Join(p.unclear, ", ")
	}
	return s
}

// advise picks lanes for the goals the run can decide. Goals come back apart where the lanes are equal, and where nothing can
// be said.
func advise(d *results.Data, rows []results.SummaryRow) (picks []pick, even, open []string) {
	v := results.NewView(d, rows)
	for _, g := range goals() {
		if g.otherwise != "" && len(v.Known(g.metric)) == 0 {
			g.metric = g.otherwise
		}
		candidates := candidates(v, g.metric)
		if len(candidates) < 2 {
			continue
		}
		p := choose(g, candidates, d.Run.Relevance())
		switch {
		case len(p.undecided) > 0 && len(p.missed) > 0:
			open = append(open, g.name+" ("+g.metric+": only "+p.runnersUp()+" can be distinguished from "+p.Lanes[0]+")")
		case len(p.missed) > 0:
			picks = append(picks, p)
		case len(p.undecided)+len(p.unclear) == 0:
			even = append(even, g.name+" ("+g.metric+": "+words.Equal(p.within)+")")
		default:
			open = append(open, g.name+" ("+g.metric+")")
		}
	}
	return picks, even, open
}

// candidates are the rows a lane can be picked by: floors are no transport to ship, latencies of lanes that lose messages win
// nothing (rule 11), nor do idle connections without heartbeats against some with them.
func candidates(v *results.View, metric string) []results.SummaryRow {
	var out []results.SummaryRow
	alive := slices.ContainsFunc(v.Lanes, func(l results.Lane) bool { return !l.Silent() })
	for _, l := range v.Lanes {
		r := v.Row(l.Name, metric)
		lost := slices.ContainsFunc(r.Warnings, func(w results.Warning) bool { return w.LessReach() && w.Whose == results.Own })
		dead := metric == "cpu_per_idle_connection" && alive && l.Silent()
		if r.N > 0 && words.Finite(r.Median) && l.Tag != results.TagFloor && !lost && !dead {
			out = append(out, r)
		}
	}
	return out
}

// choose compares the best lane with every other, in pairs within blocks, as verdicts do: what is no difference there is none
// here. A lane that is equal to the best is named with it.
func choose(g goal, candidates []results.SummaryRow, relevant float64) pick {
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
		Figure: words.UnitOf(best.Metric, best.Unit).Number(best.Median),
	}
	least := relevant
	if best.Noise > least {
		least = best.Noise
	}
	for _, other := range candidates {
		if other.Lane == best.Lane {
			continue
		}
		r := stats.PairedRatio(results.InBlocks(other.Values, best.Values))
		within := stats.Within(r)
		switch verdict := stats.Decide(r, m.Better, least); {
		case verdict == stats.Worse:
			p.missed = append(p.missed, miss{other.Lane, r.Center})
		case verdict == stats.Unclear:
			p.unclear = append(p.unclear, other.Lane)
		case !words.Decided(within):
			p.undecided = append(p.undecided, other.Lane)
		default:
			p.Lanes, p.within = append(p.Lanes, other.Lane), max(p.within, within)
		}
	}
	return p
}
