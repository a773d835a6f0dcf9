package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/plots"
)

// htmlOf is the one file of a run.
func htmlOf(t *testing.T, in Input) string {
	t.Helper()
	var b bytes.Buffer
	fixture.Must(t, HTML(in, Options{}, &b))
	return b.String()
}

// count counts elements of a page.
func count(t *testing.T, page string) map[string]int {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(page))
	fixture.Must(t, err)
	out := map[string]int{}
	for n := range tree.Descendants() {
		if n.Type == html.ElementNode {
			out[n.Data]++
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s %s=%q", n.Data, a.Key, a.Val)
				}
			}
		}
	}
	return out
}

// The file has the charts of the run, with what they show in words, and each figure of the table of many lanes in full.
func TestHTML(t *testing.T) {
	s := fixture.MoreLanes(9)
	s.Blocks = 6
	in, err := Write(t.Context(), s.Write(t), nil)
	fixture.Must(t, err)
	page := htmlOf(t, in)
	charts := 0
	for _, c := range in.Charts {
		if c.Skipped == "" {
			charts++
			if words := html.EscapeString(c.Title + ". " + c.Caption); !strings.Contains(page, words) {
				t.Errorf("%s is not in words: %s", c.Name, words)
			}
		}
	}
	if n := count(t, page)["svg"]; n < charts || charts == 0 {
		t.Errorf("%d pictures of %d charts", n, charts)
	}
	if !strings.Contains(page, `data-full="sse-gin, cpu_per_message: `) {
		t.Error("no figure is there in full")
	}
}

// Names, descriptions and commands that somebody else wrote are text.
func TestHTMLOfOthersIsHarmless(t *testing.T) {
	s := nastyRun()
	bad := `"><img src=x onerror=alert(1)><script>alert(2)</script>`
	for i := range s.Lanes {
		s.Lanes[i].Name += bad
		s.Lanes[i].About += bad
	}
	in, err := Write(t.Context(), s.Write(t), nil)
	fixture.Must(t, err)
	in.Data.Run.Scenario += bad
	in.Data.Run.Command = append(in.Data.Run.Command, bad, "`</code></pre>"+bad)
	page := htmlOf(t, in)
	n := count(t, page)
	if n["script"] != 1 || n["img"] != 0 || n["a"] != strings.Count(page, `<a href="#`)+1 {
		t.Errorf("%d scripts, %d pictures from elsewhere, %d links", n["script"], n["img"], n["a"])
	}
	if !strings.Contains(page, "alert(2)&lt;/script&gt;") {
		t.Error("the texts are not there")
	}
}

// The reference run is one file that can be sent.
func TestHTMLOfTheReference(t *testing.T) {
	published := filepath.Join("..", "results", "reference")
	dir := t.TempDir()
	for _, name := range []string{"run.json", "samples.csv", "histograms.csv", "losses.csv"} {
		b, err := os.ReadFile(filepath.Join(published, name))
		fixture.Must(t, err)
		fixture.Must(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	in, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	const most = 3 << 20
	if n := len(htmlOf(t, in)); n > most {
		t.Errorf("%d B, more than %d", n, most)
	}
	fixture.Must(t, os.Remove(filepath.Join(dir, plots.Dir, in.Charts[0].Name+".svg")))
	if err := HTML(in, Options{}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), in.Charts[0].Name) {
		t.Errorf("without a chart: %v", err)
	}
}
