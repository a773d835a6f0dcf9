package pages

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
)

// pageOf is the HTML of the run in a folder.
func pageOf(t *testing.T, dir string) []byte {
	t.Helper()
	in, err := report.Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	var b bytes.Buffer
	fixture.Must(t, report.HTML(in, report.Options{}, &b))
	return b.Bytes()
}

// bad is what somebody may call a lane.
const bad = `"><img src=http://127.0.0.1:1/x onerror="window.harmed=1"><script>window.harmed=1</script>`

// small is a run of twelve lanes, in which one has a bad name.
func small(t *testing.T) string {
	s := fixture.MoreLanes(9)
	s.Lanes[4].Name += bad
	s.Lanes[4].About = bad
	s.Run = func(r *results.Run) { r.Command = append(r.Command, bad) }
	return s.Write(t)
}

// figures is the table of lanes and metrics, or the first that has figures in full.
const figures = `document.querySelector('td[data-full]').closest('table')`

// column are the cells of a column of that table that are shown.
func column(o *opened, i string) []string {
	return value[[]string](o, `[...`+figures+`.tBodies[0].rows].filter(r => !r.hidden).map(r => r.cells[`+i+`].textContent)`)
}

func TestSmallRun(t *testing.T) {
	o := open(t, pageOf(t, small(t)))
	o.sortsByKeyboard()
	o.filtersByKeyboard()
	o.showsFiguresInFull()
	o.isDark()
	o.prints()
	if value[bool](o, `'harmed' in window`) {
		t.Error("the name of a lane has run")
	}
	o.alone()
}

// sortsByKeyboard goes to the buttons of the headers and presses them.
func (o *opened) sortsByKeyboard() {
	o.t.Helper()
	before := column(o, "0")
	o.focus(figures + `.querySelector('th button')`)
	o.keys(kb.Tab)
	if !value[bool](o, `document.activeElement === `+figures+`.querySelectorAll('th button')[1]`) {
		o.t.Fatal("the tab key does not lead to the next header")
	}
	for i, want := range []string{"ascending", "descending", "none"} {
		o.keys([]string{kb.Enter, " ", kb.Enter}[i])
		if got := value[string](o, figures+`.querySelectorAll('th')[1].ariaSort`); got != want {
			o.t.Errorf("sorted %q, want %q", got, want)
		}
		known := value[[]float64](o, `[...`+figures+`.tBodies[0].rows].map(r => {
			const [, number, unit] = /: ([\d.]+) (\S+)/.exec(r.cells[1].dataset.full);
			return number * {B: 1, KiB: 1024, MiB: 1024 * 1024}[unit];
		})`)
		if want == "descending" {
			slices.Reverse(known)
		}
		if want != "none" && (!slices.IsSorted(known) || len(known) != len(before)) {
			o.t.Errorf("%s: %v", want, known)
		}
	}
	if after := column(o, "0"); !slices.Equal(after, before) {
		o.t.Errorf("in the order of the file: %v, which was %v", after, before)
	}
}

// filtersByKeyboard types into the field above the table.
func (o *opened) filtersByKeyboard() {
	o.t.Helper()
	const input = figures + `.parentElement.previousElementSibling.querySelector('input')`
	o.focus(input)
	o.keys("S", "S", "E", " ", "g", "i", "n")
	lanes := column(o, "0")
	for _, lane := range lanes {
		if !strings.Contains(lane, "sse") || !strings.Contains(lane, "gin") {
			o.t.Errorf("%s is shown", lane)
		}
	}
	count := value[string](o, input+`.closest('p').querySelector('output').textContent`)
	if len(lanes) == 0 || !strings.HasSuffix(count, " rows") {
		o.t.Errorf("lanes %v, %q", lanes, count)
	}
	for range "SSE gin" {
		o.keys(kb.Backspace)
	}
	if all := column(o, "0"); len(all) <= len(lanes) {
		o.t.Errorf("without a word %d lanes", len(all))
	}
}

// showsFiguresInFull goes to a figure and from there to the next, and leaves it.
func (o *opened) showsFiguresInFull() {
	o.t.Helper()
	const tip = `(document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent)`
	o.focus(figures + `.querySelector('td[data-full]')`)
	first := value[string](o, tip)
	o.keys(kb.ArrowDown)
	second := value[string](o, tip)
	if !strings.Contains(first, "[") || !strings.Contains(second, "[") || first == second {
		o.t.Errorf("shown are %q and %q, want figures with intervals", first, second)
	}
	if got := value[string](o, `document.activeElement.getAttribute('aria-describedby')`); got != "tip" {
		o.t.Errorf("the figure is described by %q", got)
	}
	o.keys(kb.Escape)
	if left := value[string](o, tip); left != "" {
		o.t.Errorf("after escape there is %q", left)
	}
}

// isDark compares the page with itself, and has it checked in both schemes.
func (o *opened) isDark() {
	o.t.Helper()
	for scheme, want := range map[string]bool{"light": true, "dark": false} {
		o.wants(scheme, "screen")
		if light := value[bool](o, `getComputedStyle(document.body).backgroundColor.match(/\d+/g)[0] > 127`); light != want {
			o.t.Errorf("%s: the page is light: %v", scheme, light)
		}
		if n := value[int](o, `document.querySelectorAll('svg').length - document.querySelectorAll('svg[role=img][aria-label]').length`); n > 0 {
			o.t.Errorf("%d pictures are not in words", n)
		}
		o.accessible()
	}
}

// prints looks at what comes out on paper: no controls, on white.
func (o *opened) prints() {
	o.t.Helper()
	o.wants("dark", "print")
	if value[bool](o, `[...document.querySelectorAll('nav, .filter')].some(e => e.offsetParent)`) {
		o.t.Error("controls are printed")
	}
	if got := value[string](o, `getComputedStyle(document.body).backgroundColor`); got != "rgb(255, 255, 255)" {
		o.t.Errorf("it is printed on %s", got)
	}
	o.wants("light", "screen")
}

// The reference run is the largest page that is published.
func TestReference(t *testing.T) {
	published := filepath.Join("..", "..", "..", "results", "reference")
	dir := t.TempDir()
	for _, name := range []string{"run.json", "samples.csv", "histograms.csv", "losses.csv"} {
		b, err := os.ReadFile(filepath.Join(published, name))
		fixture.Must(t, err)
		fixture.Must(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	o := open(t, pageOf(t, dir))
	o.sortsByKeyboard()
	o.filtersByKeyboard()
	o.isDark()
	o.alone()
}

// A decision is a page of the same kind.
func TestDecision(t *testing.T) {
	d, _ := fixture.Usual().Loaded(t)
	page, err := decision.New(d, results.Workload{Users: 20000, Rate: 1, Size: 300}, nil)
	fixture.Must(t, err)
	var b bytes.Buffer
	fixture.Must(t, page.HTML(&b))
	o := open(t, b.Bytes())
	o.showsFiguresInFull()
	o.isDark()
	o.alone()
}
