package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// newer is the usual run measured again with another program, on another kernel: sse-gin pays less for messages and loses
// one, ws-gorilla more for memory, and tcp collects garbage more often and misses the idle phase.
func newer() fixture.Shape {
	s := fixture.Usual()
	s.Blocks = 7
	s.Edit = func(s *results.Sample) {
		switch {
		case s.Lane == "sse-gin" && s.Phase == "steady" && s.Metric == "cpu":
			s.Value *= 0.8
		case s.Lane == "sse-gin" && s.Metric == "received" && s.Block == 3:
			s.Value--
		case s.Lane == "ws-gorilla" && s.Metric == "heap_in_use":
			s.Value *= 1.1
		case s.Lane == "tcp" && s.Metric == "gogc":
			s.Value = 50
		}
	}
	s.Keep = func(s results.Sample) bool { return s.Lane != "tcp" || s.Phase != results.PhaseIdle }
	s.Run = func(r *results.Run) {
		r.Name, r.Environment.Commit, r.Environment.Kernel = "newer", "bbd8243", "6.18.5"
		r.Started = r.Started.AddDate(0, 0, 1)
		r.Planned++
		r.Lanes = append([]results.Lane(nil), r.Lanes...)
		r.Lanes[1].Settings = append([]results.Setting(nil), r.Lanes[1].Settings...)
		r.Lanes[1].Settings[1].Value = "comment, 4 B"
	}
	return s
}

func diffOf(t *testing.T, before, after fixture.Shape) *results.Diff {
	t.Helper()
	old, err := results.Load(before.Write(t))
	fixture.Must(t, err)
	now, err := results.Load(after.Write(t))
	fixture.Must(t, err)
	d, err := results.NewDiff(t.Context(), old, now, results.DefaultRelevant)
	fixture.Must(t, err)
	return d
}

func TestGoldenDiff(t *testing.T) {
	d := diffOf(t, fixture.Usual(), newer())
	for name, write := range map[string]func(b *bytes.Buffer) error{
		"diff.txt":     func(b *bytes.Buffer) error { return DiffText(d, Options{}, b) },
		"diff-all.txt": func(b *bytes.Buffer) error { return DiffText(d, Options{All: true}, b) },
		"diff.md":      func(b *bytes.Buffer) error { return DiffMarkdown(d, Options{}, b) },
		"diff-all.md":  func(b *bytes.Buffer) error { return DiffMarkdown(d, Options{All: true}, b) },
	} {
		var b bytes.Buffer
		fixture.Must(t, write(&b))
		fixture.Golden(t, name, b.Bytes())
	}
}

// Two lanes of one run, as a pull request has them.
func TestGoldenDiffOfLanes(t *testing.T) {
	s := newer()
	s.Lanes = fixture.WithControl(s.Lanes)[:4]
	of, err := results.Load(s.Write(t))
	fixture.Must(t, err)
	d, err := results.DiffLanes(t.Context(), of, "ws-gorilla", "sse-gin", results.DefaultRelevant)
	fixture.Must(t, err)
	for name, write := range map[string]func(*results.Diff, Options, io.Writer) error{"diff-lanes.txt": DiffText, "diff-lanes.md": DiffMarkdown} {
		var b bytes.Buffer
		fixture.Must(t, write(d, Options{}, &b))
		fixture.Golden(t, name, b.Bytes())
	}
}

func TestGoldenDiffOfShortRuns(t *testing.T) {
	short := fixture.Usual()
	short.Blocks = 2
	var b bytes.Buffer
	fixture.Must(t, DiffText(diffOf(t, fixture.Usual(), short), Options{}, &b))
	fixture.Golden(t, "diff-short.txt", b.Bytes())
}

// A run beside itself: nothing changed, and it says what it is.
func TestDiffOfARunWithItself(t *testing.T) {
	var b bytes.Buffer
	fixture.Must(t, DiffText(diffOf(t, fixture.Usual(), fixture.Usual()), Options{}, &b))
	all := fmt.Sprintf("\nEqual in %[1]d of %[1]d comparisons; in percent, within what:\n",
		len(diffOf(t, fixture.Usual(), fixture.Usual()).Rows))
	for _, want := range []string{"warning: old and new are the same run\n", all, "  sse-gin: "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "verdict") {
		t.Errorf("an empty table in:\n%s", b.String())
	}
}

// Who may be more than twice the other is not equal to it: with a bound and without one, it is counted apart.
func TestDiffOfUndecidedRuns(t *testing.T) {
	wild := fixture.Usual()
	wild.Edit = func(s *results.Sample) {
		switch {
		case s.Lane == "tcp" && s.Phase == "steady" && s.Metric == "cpu_wait":
			s.Value *= []float64{0.2, 4}[s.Block%2]
		case s.Lane == "sse-gin" && s.Phase == "steady" && s.Metric == "switches_voluntary":
			s.Value *= float64(s.Block % 2)
		}
	}
	d := diffOf(t, fixture.Usual(), wild)
	equal, all := len(d.Rows)-2, len(d.Rows)
	for _, c := range []struct {
		write func(*results.Diff, Options, io.Writer) error
		want  []string
	}{
		{DiffText, []string{
			fmt.Sprintf("\nEqual in %d of %d comparisons; in percent, within what:\n", equal, all),
			fmt.Sprintf("\nUndecided in 2 of %d comparisons; up to how many times apart:\n", all) +
				"  sse-gin: switches_voluntary_per_message ?\n  tcp: cpu_wait_per_message 5.10x\n\n",
		}},
		{DiffMarkdown, []string{
			fmt.Sprintf("\n<details><summary>Equal in %d of %d comparisons; in percent, within what</summary>\n", equal, all),
			fmt.Sprintf("\n</details>\n\n<details><summary>Undecided in 2 of %d comparisons; up to how many times apart</summary>\n\n", all) +
				"- sse-gin: switches_voluntary_per_message ?\n- tcp: cpu_wait_per_message 5.10x\n\n</details>\n",
		}},
	} {
		var b bytes.Buffer
		fixture.Must(t, c.write(d, Options{}, &b))
		for _, want := range c.want {
			if !strings.Contains(strings.ReplaceAll(b.String(), glue, " "), want) {
				t.Errorf("no %q in:\n%s", want, b.String())
			}
		}
	}
}

// Infinitely more is written as such, where the old run lost nothing and the new one does.
func TestDiffOfFirstLosses(t *testing.T) {
	lossy := fixture.Usual()
	lossy.Edit = func(s *results.Sample) {
		if s.Lane == "tcp" && s.Metric == "lost" {
			s.Value = float64(s.Block)
		}
	}
	var b bytes.Buffer
	fixture.Must(t, DiffText(diffOf(t, fixture.Usual(), lossy), Options{}, &b))
	if !strings.Contains(b.String(), "lost    tcp   0    3.50  ∞x       [∞, ∞]        worse\n") {
		t.Errorf("no loss in:\n%s", b.String())
	}
}

func TestFolded(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "\n",
		"a b":                                "a b\n",
		strings.Repeat("x", 120):             strings.Repeat("x", 120) + "\n",
		"a " + strings.Repeat("x", 98):       "a " + strings.Repeat("x", 98) + "\n",
		"a " + strings.Repeat("é", 99):       "a\n  " + strings.Repeat("é", 99) + "\n",
		strings.Repeat("1234567 ", 13) + "x": strings.Repeat("1234567 ", 11) + "1234567\n  1234567 x\n",
	} {
		if got := folded(text, "  "); got != want {
			t.Errorf("%q:\n%s want\n%s", text, got, want)
		}
	}
}
