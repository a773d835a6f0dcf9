package plots

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// A chart that cannot be drawn says why: the machine, the scenario, or what was measured.
func TestStagesThatAreMissing(t *testing.T) {
	untraced := func(s results.Sample) bool { return s.Phase != results.PhaseTraced }
	for _, c := range []struct {
		keep func(results.Sample) bool
		edit func(*results.Sample)
		run  func(*results.Run)
		want string
	}{
		{nil, nil, nil, ""},
		{untraced, nil, nil, "no trial traced system calls"},
		{untraced, nil, func(r *results.Run) {
			r.Environment.Accounting = map[string]string{results.AccountingTrace: results.Unknown + "eBPF: operation not permitted"}
		}, "this machine does not trace system calls: eBPF: operation not permitted"},
		{nil, func(s *results.Sample) {
			if s.Metric == "messages" {
				s.Value++
			}
		}, nil, "no traced trial received exactly what was sent"},
		{nil, nil, func(r *results.Run) { r.Metrics = []string{"delivery_latency_mean"} }, "the scenario's metrics leave the stages out"},
	} {
		s := fixture.Usual()
		s.Keep, s.Edit, s.Run = c.keep, c.edit, c.run
		d, sum := s.Loaded(t)
		p, err := latencyStages(newView(d, sum.Rows))
		fixture.Must(t, err)
		if !strings.HasPrefix(p.skipped, c.want) || (c.want == "") != (p.skipped == "") {
			t.Errorf("skipped because of %q, want %q", p.skipped, c.want)
		}
		if notes := strings.Join(p.caption.notes, " "); c.want == "" && !strings.Contains(notes, "The load read it") {
			t.Errorf("the notes do not tell what the load added: %s", notes)
		}
	}
}
