package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

func TestTouchInWords(t *testing.T) {
	place := func(lane string, metrics ...string) (out []results.Place) {
		for _, m := range metrics {
			out = append(out, results.Place{Contestant: results.Contestant{Lane: lane}, Metric: m})
		}
		return out
	}
	for _, c := range []struct {
		touch results.Touch
		want  string
	}{
		{
			results.Touch{Warning: fixture.Worded("memory was swapped"), Trials: 1, Of: 18, Lanes: []string{"a"}, Phases: []string{"idle"}},
			"memory was swapped: 1 of 18 trials (phase idle), of a",
		},
		{
			results.Touch{Warning: fixture.Worded("busy"), Trials: 18, Of: 18, All: true, Verdicts: 9, Phases: []string{"ramp", "idle"}},
			"busy: 18 of 18 trials (phases ramp, idle); the verdicts hold without them",
		},
		{
			results.Touch{Warning: fixture.Worded("busy"), Trials: 18, Of: 18, All: true, Verdicts: 2, Lost: place("a", "m", "n")},
			"busy: 18 of 18 trials; without them too few are left for any verdict",
		},
		{
			results.Touch{
				Warning: fixture.Worded("late"), Trials: 4, Of: 18, Lanes: []string{"a", "b", "c", "d", "e"}, Verdicts: 9, Lost: append(place("a", "m", "n", "o"), place("b", "m")...),
				Changed: []results.Change{{Place: results.Place{Contestant: results.Contestant{Lane: "c"}, Metric: "m"}, Was: "better", Is: "~"}},
			},
			"late: 4 of 18 trials, in 5 lanes; without them 4 of 9 verdicts hold; others would be m of c (equal, not better); too few trials are left for a (3 verdicts), b (m)",
		},
	} {
		if got := touchWords(c.touch); got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
}

// The page has room for one warning: that which most verdicts hang on, or else the first.
func TestGravestWarning(t *testing.T) {
	touch := func(text string, lost int) results.Touch {
		return results.Touch{Warning: fixture.Worded(text), Trials: 1, Of: 6, All: true, Verdicts: 9, Lost: make([]results.Place, lost)}
	}
	run := results.Run{Warnings: []results.Warning{fixture.Worded("load average 3")}}
	for _, c := range []struct {
		touched []results.Touch
		want    string
	}{
		{nil, "1 warning: load average 3"},
		{[]results.Touch{touch("busy", 0)}, "2 warnings, the gravest: busy: 1 of 6 trials; the verdicts hold without them"},
		{[]results.Touch{touch("busy", 0), touch("late", 2), touch("swap", 9)}, "4 warnings, the gravest: swap: 1 of 6 trials; without them too few are left for any verdict"},
		{[]results.Touch{touch("late", 2), touch("busy", 0)}, "3 warnings, the gravest: late: 1 of 6 trials; without them 7 of 9 verdicts hold"},
	} {
		if got := warned(run, c.touched); got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
	if got := warned(results.Run{}, nil); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

// What trials warn of stands once on each page, in the terminal and in the details above everything else: in no table, no caption
// and no picture.
func TestWarningsOfTheMachineStandOnce(t *testing.T) {
	stolen := func(phase string) results.Warning {
		w := fixture.Worded("the hypervisor took a cpu")
		w.Phase = phase
		return w
	}
	s := fixture.Usual()
	s.Spoil = func(trial *results.Trial) {
		trial.Warnings = []results.Warning{stolen("ramp"), stolen("idle")}
	}
	dir := s.Write(t)
	in, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	var table bytes.Buffer
	fixture.Must(t, Text(in, Options{All: true, Notes: true}, &table))
	got := fixture.Files(t, dir)
	for name, text := range map[string]string{"the terminal": table.String(), "report.md": string(got["report.md"]), "details.md": string(got["details.md"])} {
		if n := strings.Count(text, "hypervisor took"); n != 1 {
			t.Errorf("%s says it %d times", name, n)
		}
		if at, verdicts := strings.Index(text, "hypervisor took"), strings.Index(text, "memory_per_connection"); name != "report.md" && at > verdicts {
			t.Errorf("%s says it below the verdicts", name)
		}
	}
	if strings.Contains(table.String(), "[1]") {
		t.Errorf("a footnote:\n%s", table.String())
	}
	for name, b := range got {
		if strings.HasSuffix(name, ".svg") && bytes.Contains(b, []byte("arning")) {
			t.Errorf("%s warns", name)
		}
	}
}

// A metric no lane has needs no lines: the table begins with one that can be read, and the reason is said once.
func TestTheTableBeginsWithAFigure(t *testing.T) {
	s := fixture.Usual()
	s.Keep = func(one results.Sample) bool { return one.Metric != "kernel_memory" }
	s.Run = func(r *results.Run) {
		r.Environment.Accounting = map[string]string{"socket objects": "unknown: open /proc/slabinfo: permission denied"}
	}
	d, sum := s.Loaded(t)
	v := tables(d.Run, headline(d, sum.Rows))[0]
	if v.Metrics[0].Name != "rss_per_connection" {
		t.Errorf("the table begins with %+v", v.Metrics[0])
	}
	const want = "memory_per_connection (no kernel_memory of sockets in phase level: open /proc/slabinfo: permission denied)"
	if len(v.Absent) != 1 || v.Absent[0] != want {
		t.Errorf("absent: %q, want %q", v.Absent, want)
	}
}
