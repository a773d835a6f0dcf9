package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// What is published of what carries over follows from runs that are published: the file, and the table in the documentation. With new
// runs, go test ./report -run TestCarryOver -update writes both.
func TestCarryOver(t *testing.T) {
	evidence := filepath.Join("..", "results")
	growth, cores := summaryOf(t, filepath.Join(evidence, "carry-over", "growth.csv")), summaryOf(t, filepath.Join(evidence, "carry-over", "cores.csv"))
	before, now := summaryOf(t, filepath.Join(evidence, "carry-over", "epyc.csv")), summaryOf(t, filepath.Join(evidence, "reference", "summary.csv"))
	reference, err := results.Load(filepath.Join(evidence, "reference"))
	fixture.Must(t, err)
	var file strings.Builder
	file.WriteString(carryOverHeader)
	for _, m := range carriedMetrics() {
		connections := moves{}
		switch m.name {
		case "memory_per_connection":
			connections = alongTheLine(t, reference)
		case "cpu_per_handshake":
			connections = alongTheRamps(t, reference)
		default:
			connections.levels(growth, m.name)
		}
		machine, threads := moves{}, moves{}
		machine.runs(before, now, m.name)
		threads.levels(cores, m.name)
		for _, to := range []struct {
			name string
			m    moves
		}{{toConnections, connections}, {toMachine, machine}, {toThreads, threads}} {
			if len(to.m.figures) > 0 {
				fmt.Fprintf(&file, "%s,%s,%s\n", m.name, to.name, to.m)
			}
		}
	}
	fixture.Golden(t, "../carryover.csv", []byte(file.String()))

	var names []string
	for _, m := range carriedMetrics() {
		names = append(names, m.name)
	}
	table, err := newCarryOver(file.String(), names)
	fixture.Must(t, err)
	page, err := pageTemplate(detailsFile)
	fixture.Must(t, err)
	var b bytes.Buffer
	fixture.Must(t, page.ExecuteTemplate(&b, "carryover", table))
	const doc = "../../docs/carry-over.md"
	text, err := os.ReadFile(filepath.Join("testdata", doc))
	fixture.Must(t, err)
	block := regexp.MustCompile(`(?s)(<!-- measured -->\n).*?(<!-- end -->)`)
	if !block.Match(text) {
		t.Fatalf("%s has no place for the table", doc)
	}
	fixture.Golden(t, doc, block.ReplaceAll(text, []byte("${1}"+strings.ReplaceAll(b.String(), "$", "$$")+"${2}")))
}

const carryOverHeader = "metric,to,figure,figure_most,ratio,ratio_most\n"

// cell is a row of a summary: what the table needs of it.
type cell struct{ lane, level, metric, median, ratio, across string }

func (c cell) number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// summaryOf reads a summary, without A/A controls; of a run that nobody has made yet, none.
func summaryOf(t *testing.T, path string) (all []cell) {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	fixture.Must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	fixture.Must(t, err)
	get := func(row []string, name string) string {
		if i := slices.Index(rows[0], name); i >= 0 {
			return row[i]
		}
		return ""
	}
	for _, r := range rows[1:] {
		c := cell{get(r, "lane"), get(r, "level"), get(r, "metric"), get(r, "median"), get(r, "ratio"), get(r, "level_ratio")}
		if !strings.Contains(c.lane, "+") {
			all = append(all, c)
		}
	}
	return all
}

// moves are how many times a figure, and its ratio to the first lane, was what it was elsewhere: by lane, and where.
type moves struct{ figures, ratios []float64 }

func (m *moves) add(figure, ratio float64) {
	if figure > 0 && !math.IsInf(figure, 0) {
		m.figures = append(m.figures, figure)
	}
	if ratio > 0 && !math.IsInf(ratio, 0) {
		m.ratios = append(m.ratios, ratio)
	}
}

// levels adds a metric of a run that varies something: each level against the first.
func (m *moves) levels(rows []cell, metric string) {
	first := map[string]cell{}
	for _, c := range rows {
		if c.metric != metric {
			continue
		}
		if _, known := first[c.lane]; !known {
			first[c.lane] = c
			continue
		}
		m.add(c.number(c.across), c.number(c.ratio)/c.number(first[c.lane].ratio))
	}
}

// runs adds a metric of two runs: the lanes that both have.
func (m *moves) runs(before, now []cell, metric string) {
	for _, a := range before {
		for _, b := range now {
			if a.metric == metric && b.metric == metric && a.lane == b.lane {
				m.add(b.number(b.median)/a.number(a.median), b.number(b.ratio)/a.number(a.ratio))
			}
		}
	}
}

// String is the columns of the file.
func (m moves) String() string {
	columns := func(times []float64) string {
		var shares []float64
		for _, v := range times {
			shares = append(shares, max(v, 1/v)-1)
		}
		if len(shares) == 0 {
			return ","
		}
		return fmt.Sprintf("%.4f,%.4f", stats.Median(shares).Center, slices.Max(shares))
	}
	return columns(m.figures) + "," + columns(m.ratios)
}

// alongTheLine is what the connections above the last level but one of a run cost in memory, against the slope up to there. Who
// computes the memory of more connections from a slope relies on these to be equal.
func alongTheLine(t *testing.T, d *results.Data) moves {
	kept := map[int]map[int]float64{} // bytes, by trial and connections
	for _, s := range d.Samples {
		if s.Phase != results.PhaseLevel || !s.OfServer() || s.Source+" "+s.Metric != "process rss" && s.Source+" "+s.Metric != "sockets kernel_memory" {
			continue
		}
		if kept[s.Trial] == nil {
			kept[s.Trial] = map[int]float64{}
		}
		kept[s.Trial][s.Connections] += s.Value
	}
	return between(t, d, func(trial int) (below, above float64) {
		var x, y []float64
		for _, n := range slices.Sorted(maps.Keys(kept[trial])) {
			x, y = append(x, float64(n)), append(y, kept[trial][n])
		}
		last := len(x) - 1
		if last < 2 {
			t.Fatalf("trial %d has %d levels, too few for a line and a step", trial, len(x))
		}
		return stats.Slope(x[:last], y[:last]).Slope, (y[last] - y[last-1]) / (x[last] - x[last-1])
	})
}

// alongTheRamps is the CPU of a handshake in the last ramp of a run, against the ramp before it, with fewer connections.
func alongTheRamps(t *testing.T, d *results.Data) moves {
	each := map[int][]float64{}
	for _, s := range d.Samples {
		if s.Phase == results.PhaseRamp && s.OfServer() && s.Source == "schedstat" && s.Metric == "cpu" {
			each[s.Trial] = append(each[s.Trial], s.Value/float64(s.Connections))
		}
	}
	return between(t, d, func(trial int) (below, above float64) {
		all := each[trial]
		return all[len(all)-2], all[len(all)-1]
	})
}

// between compares two figures of each trial: medians of trials, lane by lane.
func between(t *testing.T, d *results.Data, figures func(trial int) (below, above float64)) (m moves) {
	t.Helper()
	below, above := map[string]float64{}, map[string]float64{}
	ok := d.Run.OKTrials()
	for _, l := range d.Run.Compared() {
		var x, y []float64
		for _, trial := range ok[results.Contestant{Lane: l.Name}] {
			a, b := figures(trial.Trial)
			x, y = append(x, a), append(y, b)
		}
		below[l.Name], above[l.Name] = stats.Median(x).Center, stats.Median(y).Center
	}
	first := d.Run.Lanes[0].Name
	for _, l := range d.Run.Compared() {
		ratio := math.NaN()
		if l.Name != first {
			ratio = above[l.Name] / above[first] / (below[l.Name] / below[first])
		}
		m.add(above[l.Name]/below[l.Name], ratio)
	}
	return m
}

// Words say what was measured, and what was not.
func TestMoved(t *testing.T) {
	none := spread{math.NaN(), math.NaN()}
	for _, c := range []struct {
		m    moved
		want string
	}{
		{moved{spread{0.0031, 0.011}, spread{0.5, 0.6}}, "yes: 0.4%, at most 1.1%"},
		{moved{spread{0.1, 0.2}, none}, "yes: 10%, at most 20%"},
		{moved{spread{0.64, 0.85}, spread{0.085, 0.25}}, "as a ratio: 8.5%, at most 25% (alone 64%, at most 85%)"},
		{moved{spread{0.64, 8.3}, spread{0.12, 1}}, "no: 64%, at most 9.30x (as a ratio 12%, at most 2.00x)"},
		{moved{spread{0.64, 0.85}, none}, "no: 64%, at most 85%"},
		{moved{none, none}, "not measured"},
	} {
		if got := c.m.String(); got != c.want {
			t.Errorf("%v: %q, want %q", c.m, got, c.want)
		}
	}
	if _, err := newCarryOver(carryOverHeader+"reach,machine,many,,,\n", nil); err == nil {
		t.Error("no number is read as one")
	}
	if rows, err := newCarryOver(carryOverHeader, []string{"reach"}); err != nil || len(rows.Rows) > 0 {
		t.Errorf("%v, %v: nothing is known of reach", rows, err)
	}
}
