package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results/words"
)

// laneRoom is the least height of a bar with its lane's name.
const laneRoom vg.Length = 15

// barPanel draws a chart of bars from zero, one lane below the other.
func barPanel(all []bar, label string, u words.Unit, named bool) *plot.Plot {
	b := bars{bars: all, unit: u}
	p := panel(label, "")
	fromZero(&p.X, b.top(), u)
	laneAxis(&p.Y, b.lanes(), named)
	p.Add(grid(false), b)
	return p
}

// barRoom is the least height of a panel of bars.
func barRoom(lanes int) vg.Length { return 40 + vg.Length(lanes)*laneRoom }

// plainBars are bars of one layer: the median.
func (v *view) plainBars(metric string) []bar {
	var out []bar
	for _, l := range v.Lanes {
		r := v.Row(l.Name, metric)
		out = append(out, bar{lane: l, layers: []float64{r.Median}, row: r})
	}
	return out
}
