// Package plots draws the charts of a run from its files. It needs no process, only numbers, so that everything can be redrawn in a
// year without the machine that measured; the words and tables around the charts are the report's.
//
//	run.json, samples.csv, histograms.csv -> results.Load -> results.Measure -> Render
//
// The same input gives the same bytes. A chart whose data are missing is left out with a reason, never drawn empty.
//
// To add a chart: write one file with a function from the view of a run to a picture, and add its row to the table below.
package plots

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/results"
)

// Chart is what became of a row of the table.
type Chart struct {
	Name    string // of the files: charts/NAME.svg and charts/NAME.png
	Title   string
	Caption string
	Skipped string // not drawn: the reason, one phrase
}

// Dir is the folder of the charts within a run's folder.
const Dir = "charts"

// chart is a row of the table.
type chart struct {
	name  string
	title string
	draw  func(*view) (picture, error)
}

// charts is THE TABLE, in the order of the report.
func charts() []chart {
	return []chart{
		{"memory-per-connection", "Server memory one more connection costs", memoryPerConnection},
		{"memory-layers", "Memory one more connection costs, in layers that add up", memoryLayered},
		{"memory-vs-connections", "Server memory over open connections", memoryVsConnections},
		{"cpu", "Server CPU per delivered message and per idle connection", cpu},
		{"cpu-parts", "What the CPU time of a delivered message goes to", cpuParted},
		{"latency-percentiles", "Delivery latency by percentile", latencyPercentiles},
		{"latency-stages", "Where the time of the mean delivery goes", latencyStages},
		{"fanout-spread", "Time from a message's first receiver to its last", fanoutSpread},
		{"uplink", "Round trip and CPU of a client's message", uplinks},
		{"handshake-phases", "Time to a confirmed subscription, by phase", handshakePhases},
		{"handshake-distribution", "Time to a confirmed subscription, distribution", handshakeDistribution},
	}
}

// ofFactor are the charts of a run that varies a factor: the others would mix its levels.
func ofFactor() []chart {
	return []chart{{"factor", "Headline figures over the varied factor", factor}}
}

// Render draws every chart the run has data for into dir/charts.
func Render(ctx context.Context, d *results.Data, rows []results.SummaryRow, dir string) ([]Chart, error) {
	dir = filepath.Join(dir, Dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("render charts: %w", err)
	}
	v := newView(d, rows)
	var out []Chart
	table := charts()
	if d.Run.Vary != nil {
		table = ofFactor()
	}
	for _, c := range table {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := c.draw(v)
		if err != nil {
			return nil, fmt.Errorf("render %s: %w", c.name, err)
		}
		one := Chart{Name: c.name, Title: c.title, Caption: p.caption, Skipped: p.skipped}
		if p.skipped == "" {
			err = layOut(c.title, p).save(dir, c.name)
		} else {
			err = forget(dir, c.name)
		}
		if err != nil {
			return nil, fmt.Errorf("render %s: %w", c.name, err)
		}
		out = append(out, one)
	}
	if vary := d.Run.Vary; vary != nil {
		out = append(out, Chart{Title: "Charts of runs that vary nothing", Skipped: "they would mix the levels of " + vary.Key})
	}
	return out, nil
}

// forget removes the files an earlier rendering of the run left, lest a stale picture is taken for a new one.
func forget(dir, name string) error {
	for _, extension := range []string{".svg", ".png"} {
		if err := os.Remove(filepath.Join(dir, name+extension)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
