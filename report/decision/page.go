package decision

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"math"
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
	Takes      []tableRow
	Assumed    []string
	Turns      []string
	Load       string
	Measured   []tableRow
	Missing    []gap
	Provenance string
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
		Title:   "How to push to " + words.Thousands(d.Workload.Users) + " users",
		Context: context(d.Workload), Relevant: words.InPercent(d.Run.Relevance()), Names: results.Names(d.options()),
		Assumed: d.assumed(), Turns: d.turnsInWords(), Load: d.loadInWords(), Missing: d.gaps(), Provenance: d.provenance(),
	}
	p.First = p.Names[0]
	for _, o := range d.options() {
		p.Options = append(p.Options, results.Setting{Name: o.Name, Value: o.About})
	}
	for _, r := range resources() {
		rows := d.taken(r)
		p.Findings = append(p.Findings, finding(rows))
		p.Takes = append(p.Takes, tableRow{r.name, cells(rows, true)})
	}
	if d.Workload.P99 > 0 {
		p.Findings = append(p.Findings, d.target())
	}
	for _, metric := range shown() {
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

// shown are the metrics of the second table.
func shown() []string {
	return []string{
		perConnection, perConnectionAfter, perMessage, "delivery_latency_p50", "delivery_latency_p99", perMessageBytes,
		"handshake_time_p50", perHandshake, perIdle, perUplink, "uplink_round_trip_p50", "reconnect_time_p50", "lost",
	}
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

func context(w results.Workload) []string {
	out := []string{
		words.Thousands(w.Users) + " users are connected at the same time.",
		fmt.Sprintf("Each gets %s of %s.", perSecond(w.Rate), words.Bytes.Number(float64(w.Size))),
	}
	if w.ClientRate > 0 {
		out = append(out, "Each sends "+perSecond(w.ClientRate)+".")
	}
	if w.Reconnects > 0 {
		out = append(out, fmt.Sprintf("Each reconnects %s an hour.", times(w.Reconnects)))
	}
	if w.P99 > 0 {
		out = append(out, fmt.Sprintf("99%% of the messages are to arrive within %v.", w.P99))
	}
	return out
}

func perSecond(rate float64) string {
	if rate == 1 {
		return "1 message a second"
	}
	return words.Trimmed(rate) + " messages a second"
}

func times(n float64) string {
	if n == 1 {
		return "once"
	}
	return words.Trimmed(n) + " times"
}

func (d *Decision) loadInWords() string {
	if d.Measured.Connections == 0 {
		return "The run has no broadcast."
	}
	text := fmt.Sprintf("With %s connections", words.Thousands(d.Measured.Connections))
	if d.Measured.Rate > 0 {
		text += " and " + perSecond(d.Measured.Rate) + " to each"
	}
	if d.Measured.Size > 0 {
		text += ", of " + words.Bytes.Number(float64(d.Measured.Size))
	}
	return text + "."
}

func (d *Decision) assumed() []string {
	out := []string{
		"Cores are CPU seconds a second on the CPU named under Provenance.",
		fmt.Sprintf("Network out contains TCP and IP headers of %d B a message, and each message travels alone.", headers),
	}
	if n := d.Measured.Connections; n > 0 && n < d.Workload.Users {
		out = append(out, fmt.Sprintf("Measured with %s connections; what more of them take is extrapolated along a straight line.", words.Thousands(n)))
	}
	if n := d.fewest(); n < stats.MinTrials {
		out = append(out, fmt.Sprintf("No intervals and no verdicts: they need %d trials of each option, and one has %d.", stats.MinTrials, n))
	}
	if h := d.Run.Heartbeat; h != nil && *h > 0 {
		out = append(out, "Servers send a heartbeat after "+words.Seconds.Number(*h)+" of silence, as in the run.")
	}
	return out
}

// fewest are the trials of the option that has the fewest.
func (d *Decision) fewest() int {
	n := math.MaxInt
	for _, o := range d.options() {
		n = min(n, len(d.trials[o.Name]))
	}
	return n
}

// far is how many times more or less of a property than the workload has is still of interest.
const far = 100

// turnsInWords tells where the order of two options changes, and where it does not.
func (d *Decision) turnsInWords() (out []string) {
	never, open := map[string][]string{}, map[string][]string{}
	for _, t := range d.turns() {
		about, at := t.Resource+", over "+t.Of, t.At
		switch {
		case t.Never != "", t.Now > 0 && (at.Center > far*t.Now || at.Center < t.Now/far):
			never[about] = append(never[about], t.A+" and "+t.B)
		case words.Finite(at.Center):
			out = append(out, fmt.Sprintf("%s: %s takes less up to %s %s %s, and %s above.", t.Resource, t.A,
				words.Count.Number(at.Center), words.Count.Interval(at.Center, at.Low, at.High), t.Of, t.B))
		default:
			open[about] = append(open[about], t.A+" and "+t.B)
		}
	}
	for _, about := range slices.Sorted(maps.Keys(never)) {
		out = append(out, about+": the order does not change between "+strings.Join(never[about], ", between ")+".")
	}
	for _, about := range slices.Sorted(maps.Keys(open)) {
		out = append(out, about+": the trials disagree about the order between "+strings.Join(open[about], ", between ")+".")
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
