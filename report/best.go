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

// best are the lanes that take the least of something, and how the others compare with them.
type best struct {
	lanes []results.SummaryRow // the one with the lowest figure, and those that are equal to it

	within    float64 // that they are equal within
	worse     []miss
	undecided []string // lanes that may be equal to it, or far from it
	unclear   []string // lanes that could not be compared with it
}

// miss is how many times the figure of the best another lane has.
type miss struct {
	lane  string
	ratio float64
}

func (m miss) String() string { return m.lane + " " + words.Ratio(m.ratio) }

// names are those of the lanes.
func (b best) names() (out []string) {
	for _, r := range b.lanes {
		out = append(out, r.Lane)
	}
	return out
}

// evidence is the figure of the best, and how the first lane, or where that is among them the others, compare with it.
func (b best) evidence(v *results.View) string {
	r, base := b.lanes[0], v.Lanes[0].Name
	parts := []string{words.UnitOf(r.Metric, r.Unit).Number(r.Median)}
	switch {
	case slices.Contains(b.names(), base):
		parts = append(parts, b.runnersUp())
	case slices.ContainsFunc(b.worse, func(m miss) bool { return m.lane == base }):
		parts = append(parts, words.Ratio(r.Ratio)+" "+base)
	}
	if len(b.lanes) > 1 {
		parts = append(parts, words.Equal(b.within))
	}
	if len(b.unclear) > 0 {
		parts = append(parts, "not compared: "+listed(b.unclear))
	}
	return strings.Join(parts, "; ")
}

// runnersUp names the lanes that are worse than the best, of many the nearest and the farthest.
func (b best) runnersUp() string {
	byRatio := func(x, y miss) int { return cmp.Compare(x.ratio, y.ratio) }
	if len(b.worse) >= words.MostNamed {
		return fmt.Sprintf("%d others from %s to %s", len(b.worse), slices.MinFunc(b.worse, byRatio), slices.MaxFunc(b.worse, byRatio))
	}
	var all []string
	for _, m := range b.worse {
		all = append(all, m.String())
	}
	return strings.Join(all, ", ")
}

// candidates are the rows a lane can be best by: floors are no transport to ship, latencies of lanes that lose messages win
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

// bestOf compares the lane with the lowest figure with every other, in pairs within blocks, as verdicts do: what is no difference
// there is none here. There must be a candidate, and of what people decide by less is better.
func bestOf(rows []results.SummaryRow, relevant float64) best {
	first := slices.MinFunc(rows, func(a, b results.SummaryRow) int { return cmp.Compare(a.Median, b.Median) })
	out := best{lanes: []results.SummaryRow{first}}
	least := relevant
	if first.Noise > least {
		least = first.Noise
	}
	for _, other := range rows {
		if other.Lane == first.Lane {
			continue
		}
		r := stats.PairedRatio(results.InBlocks(other.Values, first.Values))
		within := stats.Within(r)
		switch verdict := stats.Decide(r, stats.Lower, least); {
		case verdict == stats.Worse:
			out.worse = append(out.worse, miss{other.Lane, r.Center})
		case verdict == stats.Unclear:
			out.unclear = append(out.unclear, other.Lane)
		case verdict == stats.Better, !words.Decided(within): // better in pairs, and not by its median
			out.undecided = append(out.undecided, other.Lane)
		default:
			out.lanes, out.within = append(out.lanes, other), max(out.within, within)
		}
	}
	return out
}
