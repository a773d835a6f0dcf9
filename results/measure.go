package results

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Measured is the figures of a run's trials, each derived once from its rows: comparisons, verdicts and looks use these. A run
// in progress adds its trials one by one.
type Measured struct {
	figures []figure
	cells   map[int][]cell  // by trial, in the order of figures
	counted map[string]bool // metrics of samples that any trial counted
	because func(Warning) Warning
}

// cell is a figure of one trial.
type cell struct {
	value   float64 // NaN: the trial has none
	warning Warning // why it is missing, or a caveat
	reach   Warning // why it is no latency to compare; none: it is
}

// Measure asks every trial of a run for its figures. It ends early with the context's error.
func Measure(ctx context.Context, d *Data) (*Measured, error) {
	m := &Measured{figures: figuresOf(d.Run), cells: map[int][]cell{}, counted: map[string]bool{}, because: d.Run.because}
	x := NewIndex(d)
	for _, s := range d.Samples {
		m.count(s)
	}
	asked := make([][]cell, len(d.Run.Trials))
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range d.Run.Trials {
		workers.Go(func() (err error) {
			if err = ctx.Err(); err == nil {
				asked[i], err = m.ask(t, x.trials[t.Trial])
			}
			return err
		})
	}
	if err := workers.Wait(); err != nil {
		return nil, err
	}
	for i, t := range d.Run.Trials {
		m.cells[t.Trial] = asked[i]
	}
	return m, nil
}

// Add asks one more trial.
func (m *Measured) Add(t Trial, rows Rows) (err error) {
	for _, s := range rows.Samples {
		m.count(s)
	}
	m.cells[t.Trial], err = m.ask(t, rows)
	return err
}

func (m *Measured) count(s Sample) {
	if s.Value > 0 {
		m.counted[s.Metric] = true
	}
}

// ask returns the figures of a trial; nil of one that does not count.
func (m *Measured) ask(t Trial, rows Rows) ([]cell, error) {
	if t.Status != StatusOK {
		return nil, nil
	}
	rows = rows.remembering()
	cells := make([]cell, len(m.figures))
	for i, f := range m.figures {
		c, err := f.cell(rows)
		if err != nil {
			return nil, fmt.Errorf("lane %s: %s: %w", t.Lane, f.name, err)
		}
		if math.IsNaN(c.value) {
			c.warning = m.because(c.warning)
		}
		cells[i] = c
	}
	return cells, nil
}

func (f figure) cell(rows Rows) (c cell, err error) {
	if c.value, c.warning, err = f.derive(rows, f.phase); err != nil {
		return c, err
	}
	switch f.Scope {
	case Latency:
		c.reach, err = compared(rows, f.phase, reach, "reach", "latency")
	case RoundTrip:
		c.reach, err = compared(rows, f.phase, uplinkReach, "uplink_reach", "round trip")
	case OncePerTrial, PerBroadcast, PerUplink, UplinkAlone:
	}
	return c, err
}

// compared is why a trial's latencies are not comparable: lost messages are missing from them. The names are those of
// the figures.
func compared(r Rows, phase string, reach derivation, share, latency string) (why Warning, err error) {
	v, _, err := reach(r, phase)
	switch {
	case err != nil:
		return why, err
	case math.IsNaN(v):
		why.Code = ReachUnknown
	case v < 1:
		why.Code = ReachBelow
	default:
		return why, nil
	}
	why.Args = Args{"share": share, "figure": latency}
	return why, nil
}

// listed are the figures to show: all that the scenario is after, and those whose subject any trial counted.
func (m *Measured) listed(run Run) (out []figure) {
	for _, f := range m.figures {
		if f.Needs == "" || m.counted[f.Needs] || slices.Contains(run.Metrics, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// figuresOf lists what to ask trials for: the whole table, or what the scenario is after.
func figuresOf(run Run) (out []figure) {
	wanted := map[string]bool{}
	for _, name := range run.Metrics {
		wanted[name] = true
	}
	known := map[string]bool{}
	add := func(f figure) {
		f.at = len(out)
		out = append(out, f)
		known[f.Name], known[f.name] = true, true
	}
	for _, metric := range metrics() {
		for i, phase := range run.phases(metric.Scope) {
			name := metric.Name
			if i > 0 {
				name += "@" + phase
			}
			if len(wanted) == 0 || wanted[metric.Name] || wanted[name] {
				add(figure{Metric: metric, name: name, phase: phase})
			}
		}
	}
	for _, name := range run.Metrics {
		if !known[name] {
			add(unknownFigure(name))
		}
	}
	return out
}

// phases are those that metrics of a scope are taken from; of the whole trial it is one without a name.
func (r Run) phases(s Scope) (names []string) {
	switch s {
	case OncePerTrial:
		return []string{""}
	case PerUplink, RoundTrip:
		return r.Uplinks
	case UplinkAlone:
		for _, name := range r.Uplinks {
			if !slices.Contains(r.Broadcasts, name) {
				names = append(names, name)
			}
		}
		return names
	case PerBroadcast, Latency:
	}
	return r.Broadcasts
}

// unknownFigure keeps a metric visible that the scenario is after and that cannot be had.
func unknownFigure(name string) figure {
	why := "this version has no such metric"
	if _, ok := MetricByName(name); ok {
		why = "the run has no such phase"
	}
	none := func(Rows, string) (float64, Warning, error) { return without(why) }
	return figure{Metric: Metric{Name: name, derive: none}, name: name}
}
