package decision

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

//go:embed decision.md.tmpl
var pageTemplate string

// page is what the template sees: words, no arithmetic.
type page struct {
	Title      string
	Context    []string
	Options    []results.Setting
	Findings   []string // what decides, and what does not
	First      string
	Relevant   string
	Names      []string // of the options
	Pictures   []Picture
	Takes      []tableRow
	Loads      []loadTable
	Assumed    []string
	Turns      []string
	Cost       *costSection // nil: without prices
	Load       string
	Measured   []tableRow
	Protocols  []string
	Facts      []tableRow // of the protocols
	Missing    []gap
	Provenance string
}

// loadTable is what a load takes besides the usual one.
type loadTable struct {
	Title  string
	Takes  []tableRow // that differ
	Target string     // whether options meet it; empty: there is none
}

type tableRow struct {
	Name   string
	Values []string // in the order of the options
}

// Markdown writes the decision as a page for a design document, in the sections of MADR (https://adr.github.io/madr).
func (d *Decision) Markdown(w io.Writer) error {
	t, err := template.New("decision").Funcs(template.FuncMap{"cell": plain.Markdown, "code": plain.Code}).Parse(pageTemplate)
	if err == nil {
		err = t.Execute(w, d.page())
	}
	if err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	return nil
}

func (d *Decision) page() page {
	p := page{
		Title:   d.title(),
		Context: d.context(), Relevant: words.InPercent(d.Run.Relevance()), Names: results.Names(d.options()),
		Assumed: d.assumed(), Turns: d.turnsInWords(), Cost: d.cost(), Load: d.loadInWords(), Missing: d.gaps(), Provenance: d.provenance(),
		Protocols: d.protocols(), Facts: factRows(d.protocols()), Pictures: d.Pictures,
	}
	p.First = p.Names[0]
	for _, o := range d.options() {
		p.Options = append(p.Options, results.Setting{Name: o.Name, Value: o.About})
	}
	for _, r := range resources() {
		rows := d.taken(r, d.loads()[0])
		p.Findings = append(p.Findings, finding(rows))
		p.Takes = append(p.Takes, tableRow{r.name, cells(rows, true)})
	}
	if d.Workload.P99 > 0 {
		p.Findings = append(p.Findings, d.target(d.loads()[0]))
	}
	for _, l := range d.Workload.Loads {
		p.Loads = append(p.Loads, d.loadTable(l))
	}
	for _, metric := range shown(d.Workload) {
		var rows []results.SummaryRow
		for _, o := range d.options() {
			rows = append(rows, d.rows[o.Name][metric])
		}
		if slices.ContainsFunc(rows, func(r results.SummaryRow) bool { return r.N > 0 }) {
			p.Measured = append(p.Measured, tableRow{metric, cells(rows, false)})
		}
	}
	return p
}

// loadTable has the resources that a load takes more or less of than the usual one.
func (d *Decision) loadTable(l results.Demand) loadTable {
	t := loadTable{Title: strings.Join(append([]string{"Load " + l.Name}, differs(l.Workload, d.Workload)...), ", ")}
	for _, r := range resources() {
		rows, base := d.taken(r, l), d.taken(r, d.loads()[0])
		if !slices.EqualFunc(rows, base, func(a, b results.SummaryRow) bool { return a.Median == b.Median }) {
			t.Takes = append(t.Takes, tableRow{r.name, cells(rows, true)})
		}
	}
	if _, measured := d.measured[l.Name]; l.P99 > 0 && (measured || l.P99 != d.Workload.P99) {
		t.Target = d.target(l)
	}
	return t
}

// shown are the metrics of the second table.
func shown(w results.Workload) []string {
	all := []string{
		perConnection, perConnectionAfter, perMessage, "delivery_latency_p50", latency, perMessageBytes,
		"handshake_time_p50", perHandshake, perIdle, perUplink, "uplink_round_trip_p50", timeBack, lost, timeBack + "@" + phaseCut, lost + "@" + phaseCut,
	}
	for _, l := range w.Loads {
		if l.Broadcast(w) {
			all = append(all, perMessage+"@"+l.Name, latency+"@"+l.Name)
		}
	}
	return all
}

// cells are figures as the tables show them, with their intervals or without.
func cells(rows []results.SummaryRow, intervals bool) (out []string) {
	for _, r := range rows {
		if r.N == 0 {
			out = append(out, "not known")
			continue
		}
		u := words.UnitOf(r.Metric, r.Unit)
		text := u.Number(r.Median)
		if intervals {
			text = strings.TrimSpace(text + " " + u.Interval(r.Median, r.Low, r.High))
		}
		switch r.Verdict {
		case stats.Better:
			text = "**" + text + "**"
		case stats.Worse:
			text = "*" + text + "*"
		}
		out = append(out, text)
	}
	return out
}

func (d *Decision) provenance() string {
	e := d.Run.Environment
	blocks := 0
	for _, t := range d.Run.Trials {
		blocks = max(blocks, t.Block)
	}
	unknown := func(s string) string { return cmp.Or(s, "unknown") }
	return fmt.Sprintf("Run %s of %s, commit %s, CPU %s, kernel %s; %d blocks, seed %d: %s", d.Run.Name, d.Run.Started.UTC().Format(time.DateOnly),
		unknown(e.Commit), unknown(e.CPU), unknown(e.Kernel), blocks, d.Run.Seed, strings.Join(d.Run.Command, " "))
}
