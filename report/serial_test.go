package report

import (
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// The latency is explained by sends one after the other where the figures say so, and otherwise by nothing.
func TestSerial(t *testing.T) {
	change := func(metric string, times float64) func(*fixture.Shape) {
		return func(s *fixture.Shape) {
			s.Edit = func(one *results.Sample) {
				if one.Phase != results.PhaseIdle && one.Metric == metric {
					one.Value *= times
				}
			}
		}
	}
	const because = "A message of ws-gorilla reaches the median client after 1.37 ms because the server sends it to 5,000 clients one after the other on 4 CPUs, " +
		"with 2.62 µs of CPU time each: the first 2,500 take 1.64 ms."
	for _, c := range []struct {
		name  string
		shape func(*fixture.Shape)
		want  string
	}{
		{"usual", func(*fixture.Shape) {}, because + " The traced sends confirm it: the mean delivery spends 92% of its time in the server before its send. It is the same with sse-gin."},
		{"not traced", func(s *fixture.Shape) {
			s.Keep = func(one results.Sample) bool { return one.Phase != results.PhaseTraced }
		}, because + " It is the same with sse-gin."},
		{"sends too cheap for that latency", change("cpu", 0.5), ""},
		{"sends too dear for it", change("cpu", 3), ""},
		{"messages wait elsewhere", change("send_delay", 0.4), ""},
		{"no record of the CPUs", func(s *fixture.Shape) { s.Run = func(r *results.Run) { r.Environment.Affinity = nil } }, ""},
		{"lost messages", change("received", 0.9), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fixture.Usual()
			c.shape(&s)
			d, sum := s.Loaded(t)
			if got := serial(results.NewView(d, sum.Rows)); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}
