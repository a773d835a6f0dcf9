package report

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// A selection has a report of its own, and that of the run stays as it is.
func TestSelection(t *testing.T) {
	s := fixture.Usual()
	s.Lanes = fixture.WithControl(s.Lanes)
	dir := s.Write(t)
	whole, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	before := fixture.Files(t, dir)
	in, err := WriteSelected(t.Context(), dir, nil, Selection{Lanes: []string{"tcp", "sse-gin"}, Metrics: []string{"cpu_per_message"}})
	fixture.Must(t, err)
	for name, was := range before {
		if is := fixture.Files(t, dir)[name]; !bytes.Equal(is, was) {
			t.Errorf("%s of the run has changed", name)
		}
	}
	got := fixture.Files(t, filepath.Join(dir, SelectionDir))
	if _, ok := got["charts/cpu.svg"]; !ok || in.Dir == dir || in.Of != dir || whole.Dir != dir {
		t.Errorf("of %s in %s: %d files", in.Of, in.Dir, len(got))
	}
	for name, text := range got {
		if strings.HasSuffix(name, ".svg") && !strings.HasPrefix(filepath.Base(name), "cpu") {
			t.Errorf("%s is no chart of the metric", name)
		}
		if strings.HasSuffix(name, ".md") && strings.Contains(string(text), "| ws-gorilla") {
			t.Errorf("%s shows a lane that was not selected", name)
		}
	}
	for _, r := range in.Summary.Rows {
		if r.Metric != "cpu_per_message" || r.Baseline != "tcp" || r.Lane != "tcp" && r.Lane != "sse-gin" {
			t.Errorf("%s of %s against %s", r.Metric, r.Lane, r.Baseline)
		}
	}
}

// The baseline of the run keeps the noise that its control has measured.
func TestSelectionKeepsTheNoise(t *testing.T) {
	s := fixture.Usual()
	s.Lanes = fixture.WithControl(s.Lanes)
	dir := s.Write(t)
	whole, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	in, err := WriteSelected(t.Context(), dir, nil, Selection{Lanes: []string{"ws-gorilla", "tcp"}})
	fixture.Must(t, err)
	was, is := results.NewView(whole.Data, whole.Summary.Rows), results.NewView(in.Data, in.Summary.Rows)
	for _, m := range results.MetricNames() {
		a, b := was.Row("tcp", m), is.Row("tcp", m)
		same := words.Same(a.Ratio, b.Ratio) && words.Same(a.Noise, b.Noise) || math.IsNaN(a.Ratio) && math.IsNaN(b.Ratio)
		if !same || a.Verdict != b.Verdict {
			t.Errorf("%s: %v (noise %v, %s), and of the run %v (%v, %s)", m, b.Ratio, b.Noise, b.Verdict, a.Ratio, a.Noise, a.Verdict)
		}
	}
	if len(in.Data.Run.Compared()) != 2 || len(in.Data.Run.Lanes) != 3 {
		t.Errorf("lanes %v", results.Names(in.Data.Run.Lanes))
	}
}

func TestSelectionOfOthers(t *testing.T) {
	dir := fixture.Usual().Write(t)
	_, err := WriteSelected(t.Context(), dir, nil, Selection{Lanes: []string{"ws-nobody"}})
	if selection := (results.SelectionError{}); !errors.As(err, &selection) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, SelectionDir)); err == nil {
		t.Error("a folder was made")
	}
}
