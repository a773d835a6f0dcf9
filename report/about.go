package report

import (
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// about is a lane's paragraph: its description and its notes, with figures of this run.
type about struct {
	Name, Transport, Tag string
	About                string
	Notes                string
}

// abouts are the paragraphs of a run's lanes; none where its record has none.
func abouts(d *results.Data) ([]about, error) {
	var metrics []string
	for _, l := range d.Run.Compared() {
		for _, note := range l.Notes {
			results.FillNote(note, func(r results.Reference) (string, bool) {
				if !slices.Contains(metrics, r.Metric) {
					metrics = append(metrics, r.Metric)
				}
				return "", false
			})
		}
	}
	var rows []results.SummaryRow
	if len(metrics) > 0 {
		var err error
		if rows, err = results.Figures(d, metrics...); err != nil {
			return nil, err
		}
	}
	v := results.NewView(d, rows)
	var out []about
	for _, l := range d.Run.Compared() {
		if l.About != "" {
			out = append(out, about{l.Name, l.Transport, l.Tag, l.About, sentences(v, l)})
		}
	}
	return out, nil
}

// sentences are those whose figures the run has.
func sentences(v *results.View, l results.Lane) string {
	var sentences []string
	for _, note := range l.Notes {
		sentence, ok := results.FillNote(note, func(r results.Reference) (string, bool) { return quote(v, l.Name, r) })
		if ok {
			sentences = append(sentences, sentence)
		}
	}
	return strings.Join(sentences, " ")
}

// quote writes a figure with its interval. Latencies of lanes that lose messages are none to quote (rule 11).
func quote(v *results.View, lane string, r results.Reference) (text string, known bool) {
	own := v.Row(lane, r.Metric)
	u := words.UnitOf(own.Metric, own.Unit)
	text, interval := u.Number(own.Median), u.Interval(own.Median, own.Low, own.High)
	known = own.N > 0 && words.Finite(own.Median) && !own.Lossy()
	if r.Of != "" {
		other := v.Row(r.Of, r.Metric)
		paired := stats.PairedRatio(results.InBlocks(own.Values, other.Values))
		text, known = words.Ratio(paired.Center), known && words.Finite(paired.Center) && !other.Lossy()
		interval = words.RatioInterval(paired.Low, paired.High)
	}
	return words.Join(text, interval), known
}
