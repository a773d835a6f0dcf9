package plots

import (
	"slices"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// barChart is a picture of bars in the making: the lanes from top to bottom, and a panel for each figure.
type barChart struct {
	v      *view
	lanes  []results.Lane
	across int       // panels there will be
	row    vg.Length // least height of a lane
	pic    picture
	rows   []results.SummaryRow
	cut    bool
}

// barChart begins a picture of bars of lanes with so many panels.
func (v *view) barChart(lanes []results.Lane, panels int) *barChart {
	return &barChart{v: v, lanes: lanes, across: panels, row: thinnest}
}

// plain are bars without layers: of one figure, one for each lane.
func (b *barChart) plain(metric string) []bar {
	return b.each(func(l results.Lane) bar { return bar{row: b.v.Row(l.Name, metric)} })
}

// each makes a bar for each lane.
func (b *barChart) each(of func(results.Lane) bar) (out []bar) {
	for i, l := range b.lanes {
		one := of(l)
		one.lane, one.at = l, -float64(i)
		out = append(out, one)
	}
	return out
}

// add adds a panel of bars from zero, which are pitch apart on the axis of lanes.
func (b *barChart) add(heading string, u words.Unit, pitch float64, all []bar) {
	plotter := bars{bars: all, pitch: pitch, unit: u, end: end(all)}
	p := axes()
	unit := fromZero(&p.X, plotter.end, u, b.v.ticks(b.across))
	plotter.end = p.X.Max
	laneAxis(&p.Y, b.lanes, len(b.pic.panels) == 0)
	p.Add(grid(false), plotter)
	b.pic.panels = append(b.pic.panels, panel{heading + unit, p})
	for _, one := range all {
		b.rows = append(b.rows, one.row)
	}
	b.cut = b.cut || slices.ContainsFunc(all, plotter.cut)
}

// picture is the picture with its legend: what the colours are, what layers there are, and the marks of trials.
func (b *barChart) picture(c caption, layers ...string) picture {
	b.pic.caption, b.pic.room = c, rowsRoom(len(b.lanes), b.row)
	b.pic.legend = layerEntries(layers...)
	if !b.v.half {
		b.pic.legend = append(b.pic.legend, b.v.transports(b.lanes)...)
	}
	b.pic.legend = append(b.pic.legend, trialEntries(b.rows)...)
	if b.cut {
		b.pic.legend = append(b.pic.legend, cutEntry())
	}
	return b.pic
}
