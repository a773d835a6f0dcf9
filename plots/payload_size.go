package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// payloadSize shows what the size of a message costs: CPU, and bytes on the wire for each byte of it.
func payloadSize(v *view) (picture, error) {
	const cpu, wired = "cpu_per_message", "wire_bytes_per_message"
	all := v.sizes()
	if len(all) == 0 {
		return skip("the run has no broadcasts whose messages differ in size and in nothing else"), nil
	}
	left := v.sizeLines(all, cpu, func(y float64, _ int) float64 { return y })
	right := v.sizeLines(all, wired, func(y float64, size int) float64 { return y / float64(size) })
	if len(left.lines)+len(right.lines) == 0 {
		return skip("no trial has CPU time or bytes of broadcasts of several sizes"), nil
	}
	first, last := all[0].phases[0], all[0].phases[len(all[0].phases)-1]
	sentence := "What a message costs by its size"
	if metric := v.of(cpu, last.phase); len(v.Known(metric)) > 0 {
		sentence = "At " + sizeLabel(last.Size) + " of " + all[0].kind + " " + v.sentence(metric, phrasing{"spends", "of CPU per message"})
	}
	how := "sizes from " + sizeLabel(first.Size) + ", lines through medians, " + v.at(last.phase)
	lanes := left.lanes()
	if more := right.lanes(); len(more) > len(lanes) {
		lanes = more
	}
	pic := sizePicture(lanes, func(shown []results.Lane) *plot.Plot {
		return left.panel(all, shown, "CPU per delivered message", func(a *plot.Axis) { logarithmic(a, left.low, left.high, words.Seconds) })
	}, func(shown []results.Lane) *plot.Plot {
		return right.panel(all, shown, "wire bytes per payload byte", func(a *plot.Axis) { fromZero(a, right.high*1.05, "") })
	})
	pic.legend = slices.Concat(pic.legend, kindEntries(all), left.dotEntries())
	pic.caption = words.Join(v.caption(sentence, how, v.of(cpu, last.phase), v.of(wired, last.phase)), v.absent(lanes))
	return pic, nil
}

// sizePicture has two panels, or, where there are too many lanes for one, two for each few of a transport.
func sizePicture(lanes []results.Lane, left, right func(shown []results.Lane) *plot.Plot) picture {
	if len(lanes) <= MostLines {
		return picture{panels: []*plot.Plot{left(lanes), right(lanes)}, legend: laneEntries(lanes)}
	}
	p := picture{legend: []entry{otherEntry()}}
	for _, f := range Facets(lanes) {
		p.multiples = append(p.multiples,
			multiple{heading: f.Name, legend: laneEntries(f.Lanes), panel: left(f.Lanes)}, multiple{panel: right(f.Lanes)})
	}
	return p
}

// sizes are the broadcasts of one kind of payload, the smallest first.
type sizes struct {
	kind   string
	phases []sized
}

type sized struct {
	results.Payload
	phase string
}

// sizes returns those of which there are several, kinds in the order of the run.
func (v *view) sizes() []sizes {
	var all []sizes
	for _, phase := range v.Data.Run.Broadcasts {
		p, ok := v.Data.Run.Payloads[phase]
		if !ok || p.Size < 1 {
			continue
		}
		i := slices.IndexFunc(all, func(s sizes) bool { return s.kind == p.Kind })
		if i < 0 {
			i = len(all)
			all = append(all, sizes{kind: p.Kind})
		}
		all[i].phases = append(all[i].phases, sized{p, phase})
	}
	for _, s := range all {
		slices.SortStableFunc(s.phases, func(a, b sized) int { return a.Size - b.Size })
	}
	return slices.DeleteFunc(all, func(s sizes) bool { return s.phases[0].Size == s.phases[len(s.phases)-1].Size })
}

// of is the name of a metric in one broadcast phase.
func (v *view) of(metric, phase string) string {
	if phase == v.Broadcast() {
		return metric
	}
	return metric + "@" + phase
}

// sizeLines are a metric over sizes.
type sizeLines struct {
	lines     []sizeLine
	low, high float64
	warned    bool
}

// sizeLine is a lane's with one kind of payload: a line through medians, and every trial.
type sizeLine struct {
	lane    results.Lane
	kind    int
	medians plotter.XYs
	trials  []trialPoint
}

func (v *view) sizeLines(all []sizes, metric string, value func(y float64, size int) float64) sizeLines {
	lines := sizeLines{low: math.Inf(1)}
	for kind, s := range all {
		for _, l := range v.Lanes {
			line := sizeLine{lane: l, kind: kind}
			for _, one := range s.phases {
				row := v.Row(l.Name, v.of(metric, one.phase))
				if y := value(row.Median, one.Size); lines.holds(y) {
					line.medians = append(line.medians, plotter.XY{X: float64(one.Size), Y: y})
				}
				for _, t := range row.Values {
					if y := value(t.Value, one.Size); lines.holds(y) {
						line.trials = append(line.trials, trialPoint{x: float64(one.Size), y: y, warned: len(t.Warnings) > 0})
						lines.warned = lines.warned || len(t.Warnings) > 0
					}
				}
			}
			if len(line.medians) > 0 {
				lines.lines = append(lines.lines, line)
			}
		}
	}
	return lines
}

// lanes are those that have any.
func (s *sizeLines) lanes() (out []results.Lane) {
	for _, line := range s.lines {
		if !in(out, line.lane) {
			out = append(out, line.lane)
		}
	}
	return out
}

// holds reports whether a value can be drawn, and widens the range to it.
func (s *sizeLines) holds(y float64) bool {
	if !drawable(y) || y < least {
		return false
	}
	s.low, s.high = min(s.low, y), max(s.high, y)
	return true
}

// panel draws some lanes in their colours, and all others behind them.
func (s *sizeLines) panel(all []sizes, shown []results.Lane, label string, axis func(*plot.Axis)) *plot.Plot {
	p := panel("message", label)
	p.Add(grid(true))
	for _, line := range s.lines {
		if !in(shown, line.lane) {
			p.Add(&plotter.Line{XYs: line.medians, LineStyle: otherLine()})
		}
	}
	for _, line := range s.lines {
		if in(shown, line.lane) {
			style := laneLine(line.lane)
			style.Width = kindWidth(line.kind)
			p.Add(&plotter.Line{XYs: line.medians, LineStyle: style}, trialPoints{lane: line.lane, points: line.trials})
		}
	}
	if len(s.lines) > 0 {
		axis(&p.Y)
	}
	sizeAxis(&p.X, all)
	return p
}

func (s *sizeLines) dotEntries() []entry {
	entries := []entry{dotEntry("one trial", false, quiet())}
	if s.warned {
		entries = append(entries, dotEntry("trial with a warning", true, color.White))
	}
	return entries
}

// sizeAxis has a line at every size, and a number where it does not touch that of a larger one.
func sizeAxis(a *plot.Axis, all []sizes) {
	var at []int
	for _, s := range all {
		for _, one := range s.phases {
			at = append(at, one.Size)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	var ticks []plot.Tick
	labelled := math.Inf(1)
	for _, size := range slices.Backward(at) {
		t := plot.Tick{Value: float64(size), Label: " "} // drawn as a major one
		if t.Value <= labelled/6 {
			t.Label, labelled = sizeLabel(size), t.Value
		}
		ticks = append(ticks, t)
	}
	a.Scale, a.Tick.Marker = plot.LogScale{}, plot.ConstantTicks(ticks)
	a.Min, a.Max = float64(at[0])/1.3, float64(at[len(at)-1])*1.3
}

// sizeLabel writes a size that somebody chose: 16 KiB, not 16.0.
func sizeLabel(size int) string {
	s := words.Bytes.ScaleFor(float64(size))
	return words.Trimmed(float64(size)/s.Factor) + s.Unit()
}

// kindWidth tells kinds of payload apart, as colour and dashes do lanes.
func kindWidth(i int) vg.Length { return 1.6 / vg.Length(int(1)<<i) }

// kindEntries explain the widths; of one kind there is nothing to explain.
func kindEntries(all []sizes) (out []entry) {
	if len(all) < 2 {
		return nil
	}
	for i, s := range all {
		out = append(out, entry{text: s.kind, wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			c.StrokeLine2(draw.LineStyle{Color: quiet(), Width: kindWidth(i)}, left, middle, right, middle)
		}})
	}
	return out
}
