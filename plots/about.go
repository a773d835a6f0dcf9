package plots

import (
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// about is a lane's paragraph: what it is, and what one would not expect of it, in figures of this run.
type about struct {
	Name, Transport, Tag string
	About                string
	Notes                string
}

// abouts are the paragraphs of a run's lanes; none where its record says nothing of them.
func abouts(d *results.Data) ([]about, error) {
	var metrics []string
	for _, l := range d.Run.Contestants() {
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
	v := newView(d, rows)
	var out []about
	for _, l := range d.Run.Contestants() {
		if l.About != "" {
			out = append(out, about{l.Name, l.Transport, l.Tag, l.About, v.notes(l)})
		}
	}
	return out, nil
}

// notes are the sentences whose figures the run has.
func (v *view) notes(l results.Lane) string {
	var said []string
	for _, note := range l.Notes {
		sentence, ok := results.FillNote(note, func(r results.Reference) (string, bool) { return v.quote(l.Name, r) })
		if ok {
			said = append(said, sentence)
		}
	}
	return strings.Join(said, " ")
}

// quote writes a figure with its interval. Latencies of lanes that lose messages are none to quote (rule 11).
func (v *view) quote(lane string, r results.Reference) (text string, known bool) {
	own := v.row(lane, r.Metric)
	u := unitOf(own.Metric, own.Unit)
	text, interval := u.number(own.Median), u.interval(own.Median, own.Low, own.High)
	known = own.N > 0 && finite(own.Median) && !lossy(own)
	if r.Of != "" {
		other := v.row(r.Of, r.Metric)
		paired := stats.PairedRatio(results.InBlocks(own.Values, other.Values))
		text, known = ratio(paired.Center), known && finite(paired.Center) && !lossy(other)
		interval = ratioInterval(paired.Low, paired.High)
	}
	return joinWords(text, interval), known
}
