package decision

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"maps"
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
	Notes      []string
	Missing    []Gap
	Provenance string
}

type tableRow struct {
	Name   string
	Values []string
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
	w := d.Workload
	p := page{
		Title:   "How to push to " + words.Thousands(w.Users) + " users",
		Context: context(w), First: d.Options[0].Name, Relevant: words.InPercent(d.Run.Relevance()), Findings: d.findings(),
		Assumed: d.assumed(), Turns: d.turnsInWords(), Load: d.loadInWords(), Missing: d.Missing, Provenance: d.provenance(),
	}
	for _, o := range d.Options {
		p.Names = append(p.Names, o.Name)
		p.Options = append(p.Options, results.Setting{Name: o.Name, Value: o.About})
	}
	for _, r := range d.Takes {
		p.Takes = append(p.Takes, r.inWords())
	}
	for _, name := range shown() {
		if m, ok := results.MetricByName(name); ok {
			if row, ok := d.metric(m); ok {
				p.Measured = append(p.Measured, row)
			}
		}
	}
	return p
}

// shown are the metrics of the second table.
func shown() []string {
	return []string{
		perConnection, perConnectionAfter, "cpu_per_message", "delivery_latency_p50", "delivery_latency_p99", perMessageBytes,
		"handshake_time_p50", perHandshake, perIdle, perUplink, "uplink_round_trip_p50", "reconnect_time_p50", "lost",
	}
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

func (r Row) inWords() tableRow {
	u := words.Unit(r.Unit)
	out := tableRow{Name: r.Name}
	for _, c := range r.Cells {
		out.Values = append(out.Values, c.inWords(u))
	}
	return out
}

func (c Cell) inWords(u words.Unit) string {
	if !words.Finite(c.Center) {
		return "not known"
	}
	return marked(u.Number(c.Center)+" "+u.Interval(c.Center, c.Low, c.High), c.Verdict)
}

func marked(text, verdict string) string {
	text = strings.TrimSpace(text)
	switch verdict {
	case stats.Better:
		return "**" + text + "**"
	case stats.Worse:
		return "*" + text + "*"
	default:
		return text
	}
}

// metric is a figure of the run; false: no option has it.
func (d *Decision) metric(m results.Metric) (out tableRow, ok bool) {
	out.Name = m.Name
	for _, o := range d.Options {
		r, has := o.rows[m.Name]
		if !has || !words.Finite(r.Median) {
			out.Values = append(out.Values, "not known")
			continue
		}
		ok = true
		out.Values = append(out.Values, marked(words.UnitOf(m.Name, m.Unit).Number(r.Median), r.Verdict))
	}
	return out, ok
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
	out := []string{"Cores are CPU time a second on this machine's kind of CPU, at no more than one core: what several cores lose to each other is not in it."}
	if n := d.Measured.Connections; n > 0 && n < d.Workload.Users {
		out = append(out, fmt.Sprintf("Measured with %s connections; what more of them take is extrapolated along a straight line.", words.Thousands(n)))
	}
	return append(out, fmt.Sprintf("Network out contains TCP and IP headers of %d B a message, and each message travels alone.", ipHeader+tcpHeader))
}

// far is how many times more or less of a property than the workload has is still of interest.
const far = 100

// turnsInWords tells where the order of two options changes, and where it does not.
func (d *Decision) turnsInWords() (out []string) {
	never, open := map[string][]string{}, map[string][]string{}
	for _, t := range d.Turns {
		about := t.Resource + " over " + t.Of
		at := t.At
		switch {
		case t.Never != "", words.Finite(at.Center) && t.Now > 0 && (at.Center > far*t.Now || at.Center < t.Now/far):
			never[about] = append(never[about], t.A+" and "+t.B)
		case words.Finite(at.Center):
			out = append(out, fmt.Sprintf("%s: %s takes less up to %s %s %s, and %s above.", t.Resource, t.A,
				words.Count.Number(at.Center), words.Count.Interval(at.Center, at.Low, at.High), t.Of, t.B))
		default:
			open[about] = append(open[about], t.A+" and "+t.B)
		}
	}
	for _, about := range slices.Sorted(maps.Keys(never)) {
		out = append(out, fmt.Sprintf("The order in %s does not change between %s.", about, strings.Join(never[about], ", ")))
	}
	for _, about := range slices.Sorted(maps.Keys(open)) {
		out = append(out, fmt.Sprintf("Whether the order in %s changes is within the spread of the trials between %s.", about, strings.Join(open[about], ", ")))
	}
	return out
}

func (d *Decision) provenance() string {
	e := d.Run.Environment
	unknown := func(s string) string { return cmp.Or(s, "unknown") }
	return fmt.Sprintf("Run %s of %s, commit %s, CPU %s, kernel %s; %d blocks, seed %d: %s", d.Run.Name, d.Run.Started.UTC().Format(time.DateOnly),
		unknown(e.Commit), unknown(e.CPU), unknown(e.Kernel), blocks(d.Run), d.Run.Seed, strings.Join(d.Run.Command, " "))
}

func blocks(r results.Run) (n int) {
	for _, t := range r.Trials {
		n = max(n, t.Block)
	}
	return n
}
