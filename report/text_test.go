package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// Three lanes fit a terminal, whatever trials warn of; more lanes are no wider.
func TestTextFitsATerminal(t *testing.T) {
	for lanes, most := range map[int]int{3: 40, 12: 100} {
		s := fixture.Usual()
		if lanes > len(s.Lanes) {
			s.Lanes, s.Blocks = fixture.ManyLanes(lanes), 1
		}
		s.NoHistograms = true
		s.Run = func(r *results.Run) {
			for i := range 9 {
				r.Warnings = append(r.Warnings, fixture.Worded(fmt.Sprintf("%d: %s", i, strings.Repeat("a long warning ", 12))))
			}
		}
		d, sum := s.Loaded(t)
		var b bytes.Buffer
		fixture.Must(t, Text(Input{Data: d, Summary: sum}, Options{Command: "pushbench report latest"}, &b))
		if n := strings.Count(b.String(), "\n"); n > most {
			t.Errorf("%d lanes take %d lines", lanes, n)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > textWidth {
				t.Errorf("%d lanes: a line of %d: %s", lanes, n, line)
			}
		}
		if !strings.Contains(b.String(), "more warnings: pushbench report latest --notes") {
			t.Errorf("%d lanes: no hint at the other warnings:\n%s", lanes, &b)
		}
		b.Reset()
		fixture.Must(t, Text(Input{Data: d, Summary: sum}, Options{Notes: true}, &b))
		if !strings.Contains(b.String(), "8: a long warning") || strings.Contains(b.String(), "--notes") {
			t.Errorf("%d lanes: not all warnings:\n%s", lanes, &b)
		}
	}
}
