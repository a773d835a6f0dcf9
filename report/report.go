// Package report writes what people read of a run and of two: Markdown with its charts, tables for the terminal, and rows for
// programs; Formats is the table. It is the last stage of the pipeline and needs no process, only files and numbers.
//
//	results.Load -> results.Measure -> plots.Render -> Formats
package report

import (
	_ "embed"
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

//go:embed report.md.tmpl
var reportTemplate string

// page is what the template sees: words, no arithmetic.
type page struct {
	Run         results.Run
	LaneNames   string
	Overview    *overview // of many lanes
	Progress    progress
	Started     string
	Commit      string
	Precision   string
	Verdicts    verdicts
	Levels      verdicts // of each lane, where a factor is varied
	All         verdicts // of every metric; without metrics where Verdicts has all of them
	Picks       []pick
	Even        []string
	Open        []string
	Calibration []checked
	Noise       bool   // the baseline ran twice
	Again       string // what would make it
	ChartDir    string
	Charts      []plots.Chart
	Skipped     []plots.Chart
	About       []about
	Fairness    fairness
	Environment []results.Setting
	Warnings    []string // of the run and of its trials, each once
	Relevant    string
	CarryOver   carryOver // of the metrics that have figures
	Endings     []string
	Failed      []results.Trial
	Glossary    []results.Setting
	MinTrials   int
	Command     string
	Source      string
}

// Markdown writes the run as a page that links to its charts: every metric, with all warnings and notes.
func Markdown(in Input, _ Options, w io.Writer) error {
	t, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	p, err := newPage(in)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func pageTemplate() (*template.Template, error) {
	return template.New("report").Funcs(template.FuncMap{
		"cell": plain.Markdown, "code": plain.Code, "fenced": plain.Fenced, "join": strings.Join, "inc": func(i int) int { return i + 1 },
	}).Parse(reportTemplate)
}

func newPage(in Input) (page, error) {
	d, s, charts := in.Data, in.Summary, in.Charts
	rows := s.Rows
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
		Commit: d.Run.Environment.Commit, Precision: precision(d.Run.Precision), ChartDir: plots.Dir, Charts: charts,
		Fairness: fair, Environment: environment(d.Run), Warnings: warnings(d.Run, s.Touched), Endings: endings(d.Run), Relevant: words.InPercent(d.Run.Relevance()),
		Glossary: glossary(rows), MinTrials: stats.MinTrials, Command: shell(d.Run.Command), Source: d.Run.Asked(),
	}
	if p.CarryOver, err = newCarryOver(carryOverFile, metricsOf(rows)); err != nil {
		return page{}, err
	}
	p.Calibration, p.Noise = checks(in.Checks), len(d.Run.Compared()) < len(d.Run.Lanes)
	if len(d.Run.Lanes) > 0 {
		p.Again = d.Run.Lanes[0].Name + "+control"
	}
	shown := headline(d, rows)
	all := tables(d.Run, shown)
	p.Verdicts = all[0]
	if len(all) > 1 {
		p.Levels = all[1]
	}
	if len(d.Run.Compared()) > plots.MostLines && d.Run.Vary == nil {
		p.Overview = newOverview(p.Verdicts, d.Run.Compared())
	}
	if len(shown) < len(rows) {
		p.All = tables(d.Run, rows)[0]
	}
	if p.Commit == "" {
		p.Commit = "unknown"
	}
	if d.Run.Vary == nil { // which lane is best may be another one at each level
		p.Picks, p.Even, p.Open = advise(d, rows)
	}
	for _, c := range charts {
		if c.Skipped != "" {
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

// Footer makes the sentences below the table visible to the template.
func (v verdicts) Footer() []string { return v.footer() }

// Comparisons are the verdicts of the page that could have gone either way.
func (p page) Comparisons() int {
	return max(p.Verdicts.Comparisons, p.All.Comparisons) + p.Levels.Comparisons
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
