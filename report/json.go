package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/pushbench/pushbench/results"
)

// jsonRun is a run for programs: docs/results.md has its keys. All of them are always there. A figure that the run does not have
// is null, with a reason beside it.
type jsonRun struct {
	Run  jsonFacts `json:"run"`
	Rows []jsonRow `json:"rows"`
}

// jsonFacts are what a run was.
type jsonFacts struct {
	Name      string        `json:"name"`
	Scenario  string        `json:"scenario"`
	Command   []string      `json:"command"`
	Started   *time.Time    `json:"started"`
	Finished  *time.Time    `json:"finished"` // null: trials are missing
	Seed      uint64        `json:"seed"`
	Commit    string        `json:"commit"`
	Machine   jsonMachine   `json:"machine"`
	Baseline  string        `json:"baseline"` // the lane that ratios are to
	Lanes     []jsonLane    `json:"lanes"`
	Factor    *jsonFactor   `json:"factor"`   // null: nothing is varied
	Workload  *jsonWorkload `json:"workload"` // null: it was made for none
	Trials    jsonTrials    `json:"trials"`
	Relevant  float64       `json:"relevant"` // share below which a difference has no verdict
	Warnings  []string      `json:"warnings"`
	Selection []string      `json:"selected_metrics"` // empty: all
}

type jsonMachine struct {
	CPU    string  `json:"cpu"`
	CPUs   *int    `json:"cpus"`
	Memory *uint64 `json:"memory_bytes"`
	OS     string  `json:"os"`
	Kernel string  `json:"kernel"`
	Go     string  `json:"go"`
	Host   string  `json:"host"`
}

type jsonLane struct {
	Name      string `json:"name"`
	Transport string `json:"transport"`
	Tag       string `json:"tag"`
	About     string `json:"about"`
	Control   bool   `json:"control"` // the baseline once more
}

type jsonFactor struct {
	Key    string   `json:"key"`
	Levels []string `json:"levels"`
}

type jsonWorkload struct {
	jsonDemand

	Path  string     `json:"path"` // empty: nothing stands between clients and servers
	Loads []jsonLoad `json:"loads"`
}

// jsonDemand is what users want at one time.
type jsonDemand struct {
	Users      int      `json:"users"`
	Rate       float64  `json:"messages_per_second"`
	Size       int      `json:"message_bytes"`
	ClientRate float64  `json:"client_messages_per_second"`
	Reconnects float64  `json:"reconnects_per_hour"`
	P99        *float64 `json:"p99_seconds"` // null: no target
}

// jsonLoad is what they want at another.
type jsonLoad struct {
	Name string `json:"name"`
	jsonDemand
}

type jsonTrials struct {
	Planned int `json:"planned"`
	Counted int `json:"counted"`
	Failed  int `json:"failed"`
}

// jsonRow is one metric of one lane at one level, in base units.
type jsonRow struct {
	Lane       string          `json:"lane"`
	Level      string          `json:"level"` // of the factor; empty: nothing is varied
	Metric     string          `json:"metric"`
	Unit       string          `json:"unit"`
	Better     string          `json:"better"`
	Trials     int             `json:"trials"` // that have the figure
	Median     jsonFigure      `json:"median"`
	ToBaseline jsonComparison  `json:"to_baseline"`
	ToLevel    *jsonComparison `json:"to_first_level"` // null: nothing is varied
	Noise      jsonValue       `json:"noise"`          // how far the baseline seemed from itself, as a share
	Warnings   []string        `json:"warnings"`
}

// jsonFigure is an estimate and its 95% interval.
type jsonFigure struct {
	Value  *float64 `json:"value"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Reason string   `json:"reason"` // why one of them is null; empty: none is
}

// jsonValue is a number without an interval.
type jsonValue struct {
	Value  *float64 `json:"value"`
	Reason string   `json:"reason"` // why it is null; empty: it is not
}

type jsonComparison struct {
	Baseline string     `json:"baseline"`
	Ratio    jsonFigure `json:"ratio"`
	Verdict  string     `json:"verdict"`      // as in summary.csv
	Within   jsonValue  `json:"equal_within"` // a share
}

// JSON writes every row of the summary, and what the run was.
func JSON(in Input, _ Options, w io.Writer) error {
	out := jsonRun{Run: jsonFactsOf(in), Rows: []jsonRow{}}
	for _, r := range in.Summary.Rows {
		out.Rows = append(out.Rows, jsonRowOf(r))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("json: %w", err)
	}
	return nil
}

func jsonFactsOf(in Input) jsonFacts {
	r := in.Data.Run
	p := newProgress(in.Data)
	e := r.Environment
	out := jsonFacts{
		Name: r.Name, Scenario: r.Scenario, Command: list(r.Command), Started: date(r.Started), Finished: date(r.Finished), Seed: r.Seed, Commit: e.Commit,
		Machine:  jsonMachine{CPU: e.CPU, CPUs: positive(e.CPUs), Memory: positive(e.Memory), OS: e.OS, Kernel: e.Kernel, Go: e.Go, Host: e.Hostname},
		Lanes:    []jsonLane{},
		Trials:   jsonTrials{p.Planned, p.Counted, p.Failed},
		Relevant: r.Relevance(), Warnings: list(warnings(r, in.Summary.Touched)), Selection: list(r.Metrics),
	}
	compared := map[string]bool{}
	for _, l := range r.Compared() {
		compared[l.Name] = true
	}
	for _, l := range r.Lanes {
		out.Lanes = append(out.Lanes, jsonLane{l.Name, l.Transport, l.Tag, l.About, !compared[l.Name]})
	}
	if len(r.Lanes) > 0 {
		out.Baseline = r.Lanes[0].Name
	}
	if r.Vary != nil {
		out.Factor = &jsonFactor{r.Vary.Key, list(r.Vary.Levels)}
	}
	if m := r.Workload; m != nil {
		out.Workload = &jsonWorkload{jsonDemandOf(*m), m.Path, []jsonLoad{}}
		for _, l := range m.Loads {
			out.Workload.Loads = append(out.Workload.Loads, jsonLoad{l.Name, jsonDemandOf(l.Workload)})
		}
	}
	return out
}

func jsonDemandOf(w results.Workload) jsonDemand {
	return jsonDemand{w.Users, w.Rate, w.Size, w.ClientRate, w.Reconnects, positive(w.P99.Seconds())}
}

func jsonRowOf(r results.SummaryRow) jsonRow {
	m, _ := results.MetricByName(r.Metric)
	out := jsonRow{
		Lane: r.Lane, Level: r.Level, Metric: r.Metric, Unit: r.Unit, Better: m.Better.String(), Trials: r.N, Warnings: list(results.Texts(r.Warnings)),
		Median:     jsonFigureOf(r.Median, r.Low, r.High, reasons(r.Missing(), "no trial counts")),
		ToBaseline: jsonComparisonOf(r, r.Comparison),
		Noise:      jsonValueOf(r.Noise, "no lane ran twice in a block, or too few trials have both"),
	}
	if r.Across.Verdict != "" {
		across := jsonComparisonOf(r, r.Across)
		out.ToLevel = &across
	}
	return out
}
