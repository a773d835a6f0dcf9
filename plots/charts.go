// Package plots draws the charts of a run from its files. It needs no process, only numbers, so that everything can be redrawn in a
// year without the machine that measured; the words and tables around the charts are the report's.
//
//	run.json, samples.csv, histograms.csv -> results.Load -> results.Measure -> Render
//
// A chart must survive being pasted into a document of 16 cm, or of half of that, and being printed in grey: it has at most eight lanes,
// names beside what they name, letters of one size, and a caption of two lines. Tests measure this.
//
// The same input gives the same bytes. A chart whose data are missing is left out with a reason, never drawn empty.
//
// To add a chart: write one file with a function from the view of a run to a picture, and add its row to the table below.
package plots

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// Chart is what became of a row of the table.
type Chart struct {
	Name    string   // of the files: charts/NAME.svg and charts/NAME.png, and for dark pages charts/dark/NAME.svg and charts/dark/NAME.png
	Half    bool     // there are those of charts/NAME-half, too: for half a page, with at most four lanes
	Title   string   // what it shows
	Caption string   // the finding and its conditions, a sentence each
	Notes   []string // sentences: figures with intervals and verdicts, how they were measured, lanes that are left out, warnings
	Skipped string   // not drawn: the reason, one phrase
}

// Dir is the folder of the charts within a run's folder.
const Dir = "charts"

// chart is a row of the table.
type chart struct {
	name  string
	title string
	draw  func(*view) (picture, error)

	shortly string                       // title of the picture for half a page
	half    func(*view) (picture, error) // nil: there is none

	about string // metrics, by how their names begin; empty: whatever is selected
}

// shows reports whether the chart is about one of the metrics; without metrics it is about all it needs.
func (c chart) shows(metrics []string) bool {
	return len(metrics) == 0 || c.about == "" || slices.ContainsFunc(metrics, func(m string) bool {
		return slices.ContainsFunc(strings.Fields(c.about), func(begin string) bool { return strings.HasPrefix(m, begin) })
	})
}

// charts is THE TABLE, in the order of the report. Those of the headline figures have pictures for half a page.
func charts() []chart {
	return []chart{
		{"memory-per-connection", "Server memory that one more connection costs", memoryPerConnection, "Server memory per connection", memoryPerConnection, "memory_per_connection rss_per heap_per stacks_per kernel_per"},
		{"memory-layers", "Server memory of a connection, fresh and after traffic", memoryLayered, "", nil, "memory_per_connection heap_per stacks_per runtime_other_per other_rss_per kernel_per"},
		{"memory-vs-connections", "Server memory over open connections", memoryVsConnections, "", nil, "rss_"},
		{"cpu", "Server CPU per delivered message and per idle connection", cpu, "Server CPU per message", cpuOfHalf, "cpu_per_message cpu_per_idle"},
		{"cpu-parts", "What the server spends on a delivered message", cpuParted, "", nil, "cpu_per_message cpu_user cpu_system gc_share"},
		{"latency-percentiles", "How long a message takes to reach its receivers", latencyPercentiles, "How long a message takes", latencyOfHalf, "delivery_latency_p"},
		{"latency-stages", "Where the time of a delivery goes", latencyStages, "", nil, "delivery_latency_mean latency_in"},
		{"fanout-spread", "Time from the first receiver of a message to the last", fanoutSpread, "", nil, "fanout_spread"},
		{"uplink", "What a message from a client takes", uplinks, "", nil, "uplink_round_trip cpu_per_uplink"},
		{"handshake-phases", "What connecting and subscribing takes, by phase", handshakePhases, "", nil, "handshake_time tcp_connect tls_handshake response_head first_message"},
		{"handshake-distribution", "How long connecting and subscribing takes", handshakeDistribution, "Time to connect and subscribe", handshakeOfHalf, "handshake_time"},
	}
}

// ofFactor are the charts of a run that varies a factor: the others would mix its levels.
func ofFactor() []chart {
	return []chart{{name: "factor", title: "Headline figures over the varied factor", draw: factor}}
}

// Render draws every chart the run has data for into dir/charts; with metrics, those that are about one of them.
func Render(ctx context.Context, d *results.Data, rows []results.SummaryRow, dir string, metrics ...string) ([]Chart, error) {
	dir = filepath.Join(dir, Dir)
	if err := os.MkdirAll(filepath.Join(dir, Dark), 0o755); err != nil {
		return nil, fmt.Errorf("render charts: %w", err)
	}
	v := newView(d, rows)
	table := charts()
	if d.Run.Vary != nil {
		table = ofFactor()
	}
	drawn := make([]Chart, len(table))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, c := range table {
		g.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !c.shows(metrics) {
				err = errors.Join(forget(dir, c.name), forget(dir, c.name+HalfPage))
			} else {
				drawn[i], err = c.render(v, dir)
			}
			if err != nil {
				return fmt.Errorf("render %s: %w", c.name, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(drawn, func(c Chart) bool { return c.Name == "" }) // not asked for
	if vary := d.Run.Vary; vary != nil {
		out = append(out, Chart{Title: "Charts of runs that vary nothing", Skipped: "they would mix the levels of " + vary.Key})
	}
	return out, nil
}

// render draws a chart for a page, and for half of one.
func (c chart) render(v *view, dir string) (Chart, error) {
	figures, out, err := c.layOut(v)
	if err != nil {
		return out, err
	}
	for _, name := range []string{c.name, c.name + HalfPage} {
		f, ok := figures[name]
		if !ok {
			err = forget(dir, name)
		} else {
			err = f.save(dir, name)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// layOut lays out the pictures of a chart, by the names of their files.
func (c chart) layOut(v *view) (map[string]figure, Chart, error) {
	p, err := c.draw(v)
	if err != nil {
		return nil, Chart{}, err
	}
	out := Chart{Name: c.name, Title: c.title, Skipped: p.skipped}
	figures := map[string]figure{}
	if p.skipped != "" {
		return figures, out, nil
	}
	f := layOut(c.title, p, v.wide())
	figures[c.name], out.Title, out.Caption, out.Notes = f, f.title, words.Join(f.lines...), p.caption.notes
	if c.half == nil {
		return figures, out, nil
	}
	narrow := *v
	narrow.half = true
	if p, err = c.half(&narrow); err == nil && p.skipped == "" {
		figures[c.name+HalfPage], out.Half = layOut(c.shortly, p, narrow.wide()), true
	}
	return figures, out, err
}
