package plots

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// What a chart says it is about are metrics that there are.
func TestChartsAreAboutMetrics(t *testing.T) {
	for _, c := range charts() {
		if c.about == "" {
			t.Errorf("%s: about nothing, so that no selection leaves it out", c.name)
		}
		for begin := range strings.FieldsSeq(c.about) {
			found := false
			for _, m := range results.MetricNames() {
				found = found || strings.HasPrefix(m, begin)
			}
			if !found {
				t.Errorf("%s: no metric begins with %q", c.name, begin)
			}
		}
	}
}

// A selection of metrics has the charts that are about one of them, and none of an earlier drawing.
func TestChartsOfSomeMetrics(t *testing.T) {
	d, sum := fixture.Usual().Loaded(t)
	dir := t.TempDir()
	for _, c := range []struct {
		metrics []string
		want    []string
	}{
		{[]string{"cpu_per_message"}, []string{"cpu", "cpu-parts"}},
		{[]string{"delivery_latency_p99", "reach"}, []string{"latency-percentiles"}},
		{[]string{"reach"}, nil},
	} {
		all, err := Render(t.Context(), d, sum.Rows, dir, c.metrics...)
		fixture.Must(t, err)
		var got, files []string
		for _, one := range all {
			got = append(got, one.Name)
		}
		for name := range fixture.Files(t, dir) {
			if stem, ok := strings.CutSuffix(filepath.Base(name), ".svg"); ok {
				files = append(files, strings.TrimSuffix(stem, HalfPage))
			}
		}
		slices.Sort(files)
		files = slices.Compact(files) // each for a page and for half of one, light and dark
		if !slices.Equal(got, c.want) || !slices.Equal(files, c.want) {
			t.Errorf("%v: charts %v, files %v, want %v", c.metrics, got, files, c.want)
		}
	}
}
