package plots

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/pushbench/pushbench/results"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from its golden file: look at it, then go test ./plots -update", name)
	}
}

func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"report.md", "summary.csv", "charts/*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		must(t, err)
		for _, path := range paths {
			b, err := os.ReadFile(path)
			must(t, err)
			name, err := filepath.Rel(dir, path)
			must(t, err)
			out[name] = b
		}
	}
	return out
}

func TestGolden(t *testing.T) {
	s := usual()
	s.more, s.run = talked, func(r *results.Run) { r.Uplinks = []string{"talk"} }
	dir := s.write(t)
	d, sum, err := Write(t.Context(), dir, nil)
	must(t, err)
	got := files(t, dir)
	golden(t, "report.md", got["report.md"])
	for _, name := range []string{"memory-per-connection", "memory-layers", "memory-vs-connections", "cpu", "latency-percentiles", "latency-stages", "fanout-spread", "uplink"} {
		golden(t, name+".svg", got[filepath.Join(Dir, name+".svg")])
	}
	var table bytes.Buffer
	must(t, Table(d, sum, "pushbench report DIR --all", &table))
	golden(t, "table.txt", table.Bytes())
	for _, c := range ofOneSize() {
		for _, extension := range []string{".svg", ".png"} {
			if len(got[filepath.Join(Dir, c.name+extension)]) == 0 {
				t.Errorf("%s%s was not written", c.name, extension)
			}
		}
	}
	_, _, err = Write(t.Context(), dir, nil)
	must(t, err)
	for name, again := range files(t, dir) {
		if !bytes.Equal(again, got[name]) {
			t.Errorf("%s differs when written again", name)
		}
	}
}

// A run cut short after two blocks, with a failed trial and warnings: what is missing must be said.
func TestGoldenUnfinished(t *testing.T) {
	s := usual()
	s.blocks, s.planned = 2, 18
	s.spoil = func(trial *results.Trial) {
		switch trial.Trial {
		case 2:
			trial.Warnings = []results.Warning{worded("agent CPU at 83 % of its share")}
		case 4:
			trial.Status, trial.Error = results.StatusFailed, "server | exited: signal: killed"
			trial.Stderr = []string{"panic: out of memory", "goroutine 1 [running]:"}
		}
	}
	dir := s.write(t)
	d, err := results.Load(dir)
	must(t, err)
	sum, err := results.Summarize(d)
	must(t, err)
	var report, table bytes.Buffer
	must(t, Report(d, sum, nil, []Chart{{Name: "cpu", Title: "CPU", Skipped: "no data"}}, &report))
	must(t, Table(d, sum, "pushbench report DIR --all", &table))
	golden(t, "unfinished.md", report.Bytes())
	golden(t, "unfinished.txt", table.Bytes())
}

// A twin is no contestant: it shows as noise beside the baseline. What has a known truth has a table of its own.
func TestTwinAndCalibration(t *testing.T) {
	s := usual()
	s.lanes = withTwin(s.lanes)
	dir := s.write(t)
	d, err := results.Load(dir)
	must(t, err)
	sum, err := results.Summarize(d)
	must(t, err)
	known, err := results.Calibrate(d)
	must(t, err)
	var report, table bytes.Buffer
	must(t, Report(d, sum, known, nil, &report))
	must(t, Table(d, sum, "", &table))
	must(t, CalibrationTable(known, &table))
	golden(t, "calibrated.md", report.Bytes())
	golden(t, "calibrated.txt", table.Bytes())
}
