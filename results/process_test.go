package results

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// beside copies every row of the servers to another process, values times factor.
func (d *Data) others(process string, factor float64) {
	for _, s := range slices.Clone(d.Samples) {
		if s.process() == ProcessServer {
			s.Process = process
			s.Value *= factor
			d.Samples = append(d.Samples, s)
		}
	}
	for _, h := range slices.Clone(d.Histograms) {
		if h.process() == ProcessServer {
			h.Process = process
			d.Histograms = append(d.Histograms, h)
		}
	}
}

// What a proxy, a publisher or the load takes is in no figure of a server.
func TestOtherProcessesAreNoServers(t *testing.T) {
	want := summarize(t, example(t))
	for _, process := range []string{"proxy-nginx", ProcessLoad, ProcessCoordinator, "broker", "serverless"} {
		d := example(t)
		d.others(process, 1000)
		got := summarize(t, d)
		for name, row := range got {
			if strings.HasSuffix(name, " memory_layers_per_connection") {
				switch process {
				case "proxy-nginx": // the kernel's part for its connections is not measured
					if row.N != 0 || len(row.Warnings) == 0 {
						t.Errorf("%s: %s is %v with %v, want none and why", process, name, row.Median, row.Warnings)
					}
					continue
				case "broker": // the machine loses its memory, too
					if !(row.Median >= 100*want[name].Median) {
						t.Errorf("%s: %s is %v, which has nothing of %s", process, name, row.Median, process)
					}
					continue
				}
			}
			if diff := cmp.Diff(want[name], row, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(SummaryRow{}, Comparison{})); diff != "" {
				t.Errorf("%s changes %s (-alone +beside):\n%s", process, name, diff)
			}
		}
	}
}

// Several servers cost what they cost together: their values add up before a slope, a share or a quotient is taken.
func TestServersAddUp(t *testing.T) {
	one, d := summarize(t, example(t)), example(t)
	d.others("server-2", 2)
	both := summarize(t, d)
	for metric, factor := range map[string]float64{
		"rss_per_connection": 3, "memory_per_connection": 3, "rss_per_connection_after": 3, "kernel_per_connection": 3,
		"queued_per_connection": 3, "goroutines_per_connection": 3, "cpu_per_handshake": 3, idleCPU: 3, "cpu_per_message": 3,
		"gc_share": 1, "reach": 1, "handshake_time_p50": 1, "delivery_latency_p50": 1, "memory_available_per_connection": 1,
	} {
		name := "sse-gin " + metric
		if want, got := factor*one[name].Median, both[name].Median; math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s of two servers is %v, want %v", metric, got, want)
		}
	}
}

// A server without a counter is no server that counted 0.
func TestMissingOfOneServer(t *testing.T) {
	d := example(t)
	d.others("server-2", 1)
	d.Samples = slices.DeleteFunc(d.Samples, func(s Sample) bool {
		return s.Process == "server-2" && (s.Metric == "rss" && s.Phase == PhaseLevel && s.Connections == 400 || s.Metric == "cpu_wait")
	})
	got := summarize(t, d)
	for metric, why := range map[string]string{
		"rss_per_connection":   "no rss of process for server-2 in phase level",
		"cpu_wait_per_message": "no cpu_wait of schedstat for server-2 in phase steady",
		"heap_per_connection":  "",
	} {
		row := got["sse-gin "+metric]
		text := strings.Join(Texts(row.Warnings), "; ")
		if (why == "") != (row.N > 0) || !strings.Contains(text, why) {
			t.Errorf("%s has %d values: %q, want %q", metric, row.N, text, why)
		}
	}
}

// A figure may name other roles than servers.
func TestOf(t *testing.T) {
	r := levels(map[int]float64{100: 1000, 200: 2000, 400: 4000})
	for _, s := range slices.Clone(r.Samples) {
		for process, factor := range map[string]float64{"proxy-a": 2, "proxy-b": 3} {
			s := s
			s.Process = process
			s.Value *= factor
			r.Samples = append(r.Samples, s)
		}
	}
	for _, c := range []struct {
		figure derivation
		want   float64
	}{
		{slope("process", "rss"), 10},
		{of(slope("process", "rss"), "proxy"), 50},
		{of(slope("process", "rss"), "proxy", ProcessServer), 60},
		{others(slope("process", "rss")), 50},
		{of(slope("process", "rss"), "broker"), math.NaN()},
	} {
		for _, rows := range []Rows{r, r.remembering()} {
			got, _, err := c.figure(rows, "")
			if err != nil || math.IsNaN(got) != math.IsNaN(c.want) || math.Abs(got-c.want) > 1e-9 {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		}
	}
}
