package report

import (
	"bytes"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/plots"
)

// The report of more lanes than a page is wide.
func TestReportOfManyLanes(t *testing.T) {
	d, sum := fixture.MoreLanes(plots.MostLines).Loaded(t)
	var page bytes.Buffer
	fixture.Must(t, Markdown(Input{Data: d, Summary: sum}, Options{All: true}, &page))
	fixture.Golden(t, "many.md", page.Bytes())
}
