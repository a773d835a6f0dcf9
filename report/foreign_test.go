package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// nasty is what somebody may write into every text of a run: it moves the cursor, sets the title of the terminal, begins lines
// and cells, links, loads and runs.
const nasty = "x\x1b[31m\x1b]0;title\a\b\r\n# h | ![i](http://h/i.png) [l](javascript:a()) <script>alert(1)</script> & &lt; *b* _e_ `c` ``` \u202e\x00\ufffe"

// nastyRun has it in every text that a scenario, a lane file, a server or whoever edits a record can set.
func nastyRun() fixture.Shape {
	s := fixture.Usual()
	s.Blocks, s.Levels = 6, []int{10, 20, 30}
	line := strings.ReplaceAll(nasty, "\r\n", "") // where the files refuse line breaks
	for i := range s.Lanes {
		l := &s.Lanes[i]
		l.Name, l.Transport, l.Tag, l.About = l.Name+line, l.Transport+nasty, l.Tag+nasty, nasty
		l.Notes = []string{nasty, nasty + "{{rss_per_connection}}"}
		for k := range l.Settings {
			l.Settings[k].Name, l.Settings[k].Value = l.Settings[k].Name+nasty, nasty
		}
		l.Settings = append(l.Settings, results.Setting{Name: "only here" + nasty, Value: l.Name})
	}
	s.Spoil = func(trial *results.Trial) {
		trial.Warnings = []results.Warning{{Code: results.Text, Phase: "ramp" + nasty, Args: results.Args{"text": nasty, nasty: nasty}}, {Code: nasty}}
		if trial.Trial == 7 {
			trial.Status, trial.Error, trial.Stderr = results.StatusFailed, nasty, []string{nasty, "``` end"}
		}
	}
	s.Edit = func(one *results.Sample) {
		if strings.HasPrefix(one.Metric, "tcp_congestion_") {
			one.Metric += line
		}
	}
	s.Run = func(r *results.Run) {
		r.Name, r.Scenario, r.Source, r.Reader = nasty, nasty, nasty, nasty
		r.Command = []string{"pushbench", nasty}
		r.Warnings = []results.Warning{fixture.Worded(nasty)}
		r.Uplinks = []string{nasty}
		r.Metrics = append(results.MetricNames(), nasty)
		r.Environment.CPU, r.Environment.Commit, r.Environment.Kernel, r.Environment.Hostname = nasty, nasty, nasty, nasty
		r.Environment.Limits = map[string]string{nasty: nasty}
		r.Environment.Accounting = map[string]string{"socket objects": results.Unknown + nasty, "system calls": results.Unknown + nasty}
		r.Precision = &results.Precision{Goal: 0.03, Ended: results.EndedBudget, Wide: []results.Wide{{Lane: nasty, Metric: nasty}}, LeftOut: []results.Wide{{Lane: nasty, Why: nasty}}}
	}
	return s
}

// control finds a character that does something on a terminal or is none XML can hold. A tab is the picture's own.
func control(b []byte) int {
	return strings.IndexFunc(string(b), func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) })
}

func TestTextOfOthersIsHarmless(t *testing.T) {
	dir := nastyRun().Write(t)
	in, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	got := fixture.Files(t, dir)
	var b bytes.Buffer
	fixture.Must(t, Text(in, Options{All: true, Notes: true}, &b))
	got["the terminal"] = b.Bytes()
	diff, err := results.NewDiff(t.Context(), in.Data, in.Data, 0.05)
	fixture.Must(t, err)
	for name, write := range map[string]func(*results.Diff, Options, io.Writer) error{"diff.md": DiffMarkdown, "the terminal, diff": DiffText} {
		var b bytes.Buffer
		fixture.Must(t, write(diff, Options{All: true}, &b))
		got[name] = b.Bytes()
	}
	if len(got) < 10 {
		t.Fatalf("only %d files", len(got))
	}
	for name, text := range got {
		if strings.HasSuffix(name, ".png") {
			continue
		}
		if at := control(text); at >= 0 {
			t.Errorf("%s: %q", name, text[max(0, at-60):min(len(text), at+60)])
		}
		switch filepath.Ext(name) {
		case ".svg":
			for x := xml.NewDecoder(bytes.NewReader(text)); ; {
				if _, err := x.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Errorf("%s: %v", name, err)
					break
				}
			}
			if bytes.Contains(text, []byte("<script")) {
				t.Errorf("%s has a script", name)
			}
		case ".md":
			noMarkup(t, name, string(text))
		}
	}
}

// noMarkup looks for markup of others outside of code.
func noMarkup(t *testing.T, name, text string) {
	t.Helper()
	text = regexp.MustCompile("(?ms)^ *```\\w*$.*?^ *```$").ReplaceAllString(text, "")
	for line := range strings.Lines(text) {
		bare := regexp.MustCompile(`\\.`).ReplaceAllString(line, "")    // what is escaped
		bare = regexp.MustCompile("`[^`]*`").ReplaceAllString(bare, "") // code
		for _, ours := range []string{"](charts/", "](details.md", "](report.md"} {
			bare = strings.ReplaceAll(bare, ours, "")
		}
		for _, bad := range []string{"](", "![i", "<script", "& &", "*b*", "_e_", "`"} {
			if strings.Contains(bare, bad) {
				t.Errorf("%s: %q in %q", name, bad, line[:min(len(line), 300)])
			}
		}
		if strings.HasPrefix(line, "# h") {
			t.Errorf("%s: a heading of others: %q", name, line)
		}
	}
}
