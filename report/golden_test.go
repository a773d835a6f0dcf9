package report

import (
	"bytes"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/results"
)

func TestGolden(t *testing.T) {
	s := fixture.Usual()
	s.More, s.Run = fixture.Talked, func(r *results.Run) { r.Uplinks = []string{"talk"} }
	dir := s.Write(t)
	in, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	got := fixture.Files(t, dir)
	fixture.Golden(t, "report.md", got["report.md"])
	fixture.Golden(t, "details.md", got["details.md"])
	var table bytes.Buffer
	fixture.Must(t, Text(in, Options{Command: "pushbench report DIR"}, &table))
	fixture.Golden(t, "table.txt", table.Bytes())
	_, err = Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	for name, again := range fixture.Files(t, dir) {
		if !bytes.Equal(again, got[name]) {
			t.Errorf("%s differs when written again", name)
		}
	}
}

// A run cut short after two blocks, with a failed trial and warnings: what is missing must be said.
func TestGoldenUnfinished(t *testing.T) {
	s := fixture.Usual()
	s.Blocks, s.Planned = 2, 18
	s.Spoil = func(trial *results.Trial) {
		switch trial.Trial {
		case 2:
			trial.Warnings = []results.Warning{fixture.Worded("agent CPU at 83 % of its share")}
		case 4:
			trial.Status, trial.Error = results.StatusFailed, "server | exited: signal: killed"
			trial.Stderr = []string{"panic: out of memory", "goroutine 1 [running]:"}
		}
	}
	d, sum := s.Loaded(t)
	var report, table bytes.Buffer
	fixture.Must(t, Markdown(Input{Data: d, Summary: sum, Charts: []plots.Chart{{Name: "cpu", Title: "CPU", Skipped: "no data"}}}, Options{All: true}, &report))
	fixture.Must(t, Text(Input{Data: d, Summary: sum}, Options{Command: "pushbench report DIR"}, &table))
	fixture.Golden(t, "unfinished.md", report.Bytes())
	fixture.Golden(t, "unfinished.txt", table.Bytes())
}

// A control is no contestant: it shows as noise beside the baseline. Calibration checks have a table of their own.
func TestControlAndCalibration(t *testing.T) {
	s := fixture.Usual()
	s.Lanes = fixture.WithControl(s.Lanes)
	d, sum := s.Loaded(t)
	known, err := results.Calibrate(d)
	fixture.Must(t, err)
	var report, table bytes.Buffer
	fixture.Must(t, Markdown(Input{Data: d, Summary: sum, Checks: known}, Options{All: true}, &report))
	fixture.Must(t, Text(Input{Data: d, Summary: sum}, Options{All: true, Notes: true}, &table))
	fixture.Must(t, CalibrationTable(known, &table))
	fixture.Golden(t, "calibrated.md", report.Bytes())
	fixture.Golden(t, "calibrated.txt", table.Bytes())
}

// A run that varies a factor has a table of its lanes at each level, and one of the levels of each lane.
func TestGoldenOfLevels(t *testing.T) {
	d, sum := fixture.Varied(&results.Vary{Key: "heartbeat.every", Levels: []string{"1s", "5s", "60s"}}).Loaded(t)
	in := Input{Data: d, Summary: sum}
	var page, headlines, all bytes.Buffer
	fixture.Must(t, Markdown(in, Options{All: true}, &page))
	fixture.Golden(t, "levels.md", page.Bytes())
	fixture.Must(t, Text(in, Options{Command: "pushbench report DIR"}, &headlines))
	fixture.Golden(t, "levels.txt", headlines.Bytes())
	fixture.Must(t, Text(in, Options{All: true}, &all))
	fixture.Golden(t, "levels-all.txt", all.Bytes())
}

// Of one lane there is nothing to compare at a level: the table is that of its levels.
func TestLevelsOfOneLane(t *testing.T) {
	s := fixture.Varied(&results.Vary{Key: "flush", Levels: []string{"batch", "message"}})
	s.Lanes, s.Grows = s.Lanes[1:2], func(_, level int) float64 { return float64(1 + level) }
	d, sum := s.Loaded(t)
	got := tables(d.Run, headline(d, sum.Rows))
	if len(got) != 1 || got[0].Compared != "flush" || got[0].Baseline != "batch" || len(got[0].Metrics) != 2 {
		t.Fatalf("%+v", got)
	}
	if m := got[0].Metrics[0]; len(m.Lanes) != 2 || m.Name != "rss_per_connection of sse-gin" || m.Lanes[1].Sign != "worse" {
		t.Errorf("%+v", m)
	}
}
