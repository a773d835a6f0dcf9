// Package report writes what people read of a run and of two: Markdown with its charts, tables for the terminal, and rows for
// programs; Formats is the table. It is the last stage of the pipeline and needs no process, only files and numbers.
//
//	results.Load -> results.Measure -> plots.Render -> Formats
package report

import (
	"cmp"
	"embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

//go:embed report.md.tmpl details.md.tmpl
var pages embed.FS

// The pages of a run's folder: what was found, and all that it rests on.
const (
	reportFile  = "report.md"
	detailsFile = "details.md"
)

// mdFiles are the pages in the order of reading.
func mdFiles() []string { return []string{reportFile, detailsFile} }

// page is what the templates see: words, no arithmetic.
type page struct {
	Run       results.Run
	LaneNames string
	Progress  progress
	Started   string
	Commit    string
	Command   string
	Precision string
	ChartDir  string

	// What was found.
	Findings  []string
	Headlines []verdicts    // of the lanes, and where a factor is varied of its levels
	Serial    string        // why the median delivery takes as long as it does; empty: the figures do not say
	Charts    []plots.Chart // that were drawn
	Warned    string        // how many warnings there are, and the gravest
	Off       []string      // known values that were not read back

	// What it rests on.
	Warnings    []string   // of the run and of its trials, each once
	Tables      []verdicts // as Headlines, of every metric
	Calibration []checked
	Noted       []plots.Chart // with what their captions have no room for
	Skipped     []plots.Chart
	About       []about
	Fairness    fairness
	Environment []results.Setting
	CarryOver   carryOver // of the metrics that have figures
	Endings     []string
	Failed      []results.Trial
	Noise       bool   // the baseline ran twice
	Again       string // what would make it
	Relevant    string
	MinTrials   int
	Glossary    []results.Setting
	Source      string
}

// Markdown writes what a run found as a page that links to its charts, and with All the page of details behind it: every metric with
// its intervals, all warnings and notes, the settings and the machine.
func Markdown(in Input, o Options, w io.Writer) error {
	p, err := newPage(in)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := p.write(w, reportFile); err != nil || !o.All {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return p.write(w, detailsFile)
}

// write writes one of the two pages.
func (p page) write(w io.Writer, file string) error {
	t, err := pageTemplate(file)
	if err == nil {
		err = t.ExecuteTemplate(w, file+".tmpl", p)
	}
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func pageTemplate(file string) (*template.Template, error) {
	return template.New(file).Funcs(template.FuncMap{
		"cell": plain.Markdown, "code": plain.Code, "fenced": plain.Fenced, "join": strings.Join, "inc": func(i int) int { return i + 1 },
	}).ParseFS(pages, file+".tmpl")
}

func newPage(in Input) (page, error) {
	d, s := in.Data, in.Summary
	rows, v := s.Rows, results.NewView(d, s.Rows)
	fair, err := newFairness(d)
	if err != nil {
		return page{}, err
	}
	lanes, err := abouts(d)
	if err != nil {
		return page{}, err
	}
	p := page{
		Run: d.Run, About: lanes, LaneNames: laneNames(d.Run.Compared()), Progress: newProgress(d), Started: moment(d.Run.Started),
		Commit: cmp.Or(d.Run.Environment.Commit, "unknown"), Precision: precision(d.Run.Precision), ChartDir: plots.Dir,
		Headlines: tables(d.Run, headline(d, rows)), Serial: serial(v), Warned: warned(d.Run, s.Touched),
		Tables: tables(d.Run, rows), Fairness: fair, Environment: machine(d.Run), Warnings: warnings(d.Run, s.Touched),
		Endings: endings(d.Run), Relevant: words.InPercent(d.Run.Relevance()), Calibration: checks(in.Checks),
		Noise: len(d.Run.Compared()) < len(d.Run.Lanes), Glossary: glossary(rows), MinTrials: stats.MinTrials, Command: shell(d.Run.Command),
		Source: d.Run.Asked(),
	}
	if p.CarryOver, err = newCarryOver(carryOverFile, metricsOf(rows)); err != nil {
		return page{}, err
	}
	p.Findings = findings(v, p.Headlines[0])
	if len(d.Run.Lanes) > 0 {
		p.Again = d.Run.Lanes[0].Name + "+control"
	}
	for _, c := range p.Calibration {
		if c.Word != "ok" {
			p.Off = append(p.Off, c.Lane+" "+c.Metric)
		}
	}
	for _, c := range in.Charts {
		if len(c.Notes) > 0 {
			p.Noted = append(p.Noted, c)
		}
		if c.Skipped == "" {
			p.Charts = append(p.Charts, c)
		} else {
			p.Skipped = append(p.Skipped, c)
		}
	}
	for _, t := range d.Run.Trials {
		if t.Status != results.StatusOK {
			p.Failed = append(p.Failed, t)
		}
	}
	return p, nil
}

// glossary says what each metric of the table means, and which way it is good.
func glossary(rows []results.SummaryRow) []results.Setting {
	var out []results.Setting
	for _, group := range byMetric(rows) {
		if m, ok := results.MetricByName(group[0].Metric); ok {
			out = append(out, results.Setting{Name: group[0].Metric, Value: m.Help + " (" + m.Better.String() + ")"})
		}
	}
	return out
}

func laneNames(lanes []results.Lane) string {
	if len(lanes) > plots.MostLines {
		return fmt.Sprintf("%s and %d other lanes", lanes[0].Name, len(lanes)-1)
	}
	return strings.Join(results.Names(lanes), ", ")
}

// endings are what servers did when they were stopped; an older record has it among what trials warn of.
func endings(run results.Run) []string {
	return occurrences(run, func(t results.Trial) []string {
		endings := slices.Clone(t.Ending)
		for _, w := range t.Warnings {
			if w.Phase == results.PhaseDrain {
				endings = append(endings, w.What())
			}
		}
		return endings
	})
}

// occurrences are sentences of trials, each once with its trials.
func occurrences(run results.Run, of func(results.Trial) []string) (out []string) {
	var order []string
	seen := map[string][]string{}
	for _, t := range run.Trials {
		for _, w := range of(t) {
			text := t.Contestant().String() + ": " + w
			if seen[text] == nil {
				order = append(order, text)
			}
			seen[text] = append(seen[text], strconv.Itoa(t.Trial))
		}
	}
	for _, text := range order {
		out = append(out, text+" ("+words.Plural(len(seen[text]), "trial ", "trials ")+strings.Join(seen[text], ", ")+")")
	}
	return out
}

// Comparisons are the verdicts of the page of details that could have gone either way.
func (p page) Comparisons() (n int) {
	for _, t := range p.Tables {
		n += t.Comparisons
	}
	return n
}

// FalseAlarms is how many of the comparisons may call a difference by chance.
func (p page) FalseAlarms() int { return falseAlarms(p.Comparisons()) }

func falseAlarms(comparisons int) int { return int(float64(comparisons)*(1-stats.Level)) + 1 }

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
