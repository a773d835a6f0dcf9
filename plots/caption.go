package plots

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// caption is what is said of a picture: in it as far as two lines have room, and in full beside it.
type caption struct {
	finding    []string // parts of the first line, the most important first
	conditions []string // parts of the second
	notes      []string // sentences
}

// mostOfCaption is how many lines a picture has for its caption.
const mostOfCaption = 2

// lines are those of a picture of some width: one for the finding, the others for the conditions. One figure of several compares nothing,
// and is left out where there is no room for a second.
func (c caption) lines(room vg.Length) (out []string) {
	line, taken := fit(c.finding, "; ", room)
	if line != "" && (taken > 1 || len(c.finding) == 1) {
		out = append(out, line+".")
	}
	parts := slices.DeleteFunc(slices.Clone(c.conditions), func(part string) bool { return part == "" })
	for len(parts) > 0 && len(out) < mostOfCaption {
		line, taken := fit(parts, ", ", room)
		if taken == 0 { // no line has room for it
			parts = parts[1:]
			continue
		}
		if parts = parts[taken:]; len(parts) == 0 || len(out)+1 == mostOfCaption {
			out = append(out, line+".")
		} else {
			out = append(out, line+",")
		}
	}
	return out
}

// fit joins as many parts as a line has room for, from the first on.
func fit(parts []string, between string, room vg.Length) (line string, taken int) {
	for n := 1; n <= len(parts); n++ {
		longer := strings.Join(parts[:n], between)
		if textStyle(textSize, ink()).Width(longer+".") > room {
			break
		}
		line, taken = longer, n
	}
	return line, taken
}

// phrasing turns a figure into words: "ws-gorilla holds 8.42 KiB per connection".
type phrasing struct{ verb, object string }

// source is where the figures of a picture come from.
type source struct {
	phrasing

	metric string
	also   []string       // further metrics whose warnings count
	at     []string       // the load: how many connections, how many messages
	how    string         // how it was measured
	of     []results.Lane // that are drawn
}

// caption says what the lanes of a picture take, under which conditions, and everything else in its notes.
func (v *view) caption(s source) caption {
	rows := v.Known(append([]string{s.metric}, s.also...)...)
	return v.captionOf(v.found(s), rows, s)
}

func (v *view) captionOf(f finding, rows []results.SummaryRow, s source) caption {
	c := caption{finding: f.short, conditions: v.conditions(s.drawn(rows), s)}
	for _, note := range []string{strings.Join(f.full, "; "), upper(s.how), v.reader(), v.leftOut(s.of)} {
		if note != "" {
			c.notes = append(c.notes, strings.TrimSuffix(note, ".")+".")
		}
	}
	c.notes = append(c.notes, v.caveats(rows)...)
	return c
}

// drawn are the rows of the lanes that are drawn.
func (s source) drawn(rows []results.SummaryRow) []results.SummaryRow {
	return slices.DeleteFunc(slices.Clone(rows), func(r results.SummaryRow) bool { return !in(s.of, results.Lane{Name: r.Lane}) })
}

// finding is what a figure is: of the lanes that are drawn in short, and of all lanes with intervals and verdicts.
type finding struct{ short, full []string }

// found states the rows of a metric: of many the first, the lowest and the highest.
func (v *view) found(s source) (f finding) {
	rows := v.Known(s.metric)
	for i, r := range ends(s.drawn(rows)) {
		text := s.words(r, i == 0, "")
		if c := words.Compared(r); c != "" {
			text += ", " + c
		}
		f.short = append(f.short, text)
	}
	named := ends(rows)
	for i, r := range named {
		f.full = append(f.full, s.words(r, i == 0, words.UnitOf(r.Metric, r.Unit).Interval(r.Median, r.Low, r.High))+words.Comparison(r))
	}
	if others := len(rows) - len(named); others > 0 {
		f.full = append(f.full, fmt.Sprintf("the other %d lanes lie between the lowest and the highest", others))
	}
	return f
}

// words state a figure, the first one of a sentence with its verb and object.
func (p phrasing) words(r results.SummaryRow, first bool, interval string) string {
	parts := []string{r.Lane, words.UnitOf(r.Metric, r.Unit).Number(r.Median), interval}
	if first {
		parts = []string{r.Lane, p.verb, parts[1], p.object, interval}
	}
	return strings.Join(slices.DeleteFunc(parts, func(w string) bool { return w == "" }), " ")
}

// ends are the rows to name: all of few, and of many the first, the lowest and the highest.
func ends(rows []results.SummaryRow) []results.SummaryRow {
	if len(rows) <= words.MostNamed {
		return rows
	}
	byMedian := func(a, b results.SummaryRow) int { return cmp.Compare(a.Median, b.Median) }
	out := rows[:1:1]
	for _, r := range []results.SummaryRow{slices.MinFunc(rows, byMedian), slices.MaxFunc(rows, byMedian)} {
		if !slices.ContainsFunc(out, func(o results.SummaryRow) bool { return o.Lane == r.Lane }) {
			out = append(out, r)
		}
	}
	return out
}

// conditions are what was lost, with how many connections, how often, when and where it was measured, and how much of it is drawn.
func (v *view) conditions(rows []results.SummaryRow, s source) []string {
	parts := append(v.lossy(rows), s.at...)
	if len(rows) > 0 {
		byN := func(a, b results.SummaryRow) int { return cmp.Compare(a.N, b.N) }
		least, most := slices.MinFunc(rows, byN).N, slices.MaxFunc(rows, byN).N
		trials := words.Span(least, most) + words.Plural(most, " trial", " trials") + " a lane"
		if v.Data.Run.Vary != nil {
			trials += " and level"
		}
		if most < stats.MinTrials {
			trials += " (too few for an interval)"
		}
		parts = append(parts, trials)
	}
	if drawn, all := len(s.of), len(v.Lanes); drawn < all {
		parts = append(parts, fmt.Sprintf("%d of %d lanes", drawn, all))
	}
	if !v.Data.Run.Started.IsZero() {
		parts = append(parts, v.Data.Run.Started.UTC().Format("2006-01-02"))
	}
	marks := strings.NewReplacer("(R)", "", "(TM)", "", " Processor", "", " CPU", "") // of the CPU: a line has no room for them
	return append(parts, strings.TrimSpace(marks.Replace(v.Data.Run.Environment.CPU)))
}

// reader is how eager the load read, which is part of every figure of a server.
func (v *view) reader() string {
	if v.Data.Run.Reader == "" {
		return ""
	}
	return "Reader of the load: " + v.Data.Run.Reader
}

func upper(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
