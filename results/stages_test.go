package results

import (
	"math"
	"strings"
	"testing"
	"time"
)

// staged is a traced phase of two agents: deliveries of 5 and of 7 ms, sends 4 ms after they were due.
func staged(t *testing.T, edit func(*Sample)) Rows {
	t.Helper()
	var r Rows
	for _, s := range []Sample{
		{Source: "agent", Metric: "expected", Value: 1500},
		{Source: "agent", Metric: "expected", Value: 500},
		{Source: "agent", Metric: "received", Value: 1500},
		{Source: "agent", Metric: "received", Value: 500},
		{Source: "trace", Metric: "syscalls", Value: 2200},
		{Source: "trace", Metric: "sends", Value: 2000},
		{Source: "trace", Metric: "sent", Value: 264_000},
		{Source: "trace", Metric: "messages", Value: 2000},
		{Source: "trace", Metric: "send_delay", Value: 0.004},
		{Source: "trace", Metric: "send_time", Value: 7e-6},
	} {
		s.Phase = PhaseTraced
		edit(&s)
		r.Samples = append(r.Samples, s)
	}
	for _, h := range []struct {
		metric string
		n      int64
		v      time.Duration
	}{
		{"delivery_latency", 1500, 5 * time.Millisecond},
		{"delivery_latency", 500, 7 * time.Millisecond},
		{"publish_lateness", 10, 100 * time.Microsecond},
		{"generator_delay", 2000, 6 * time.Microsecond},
	} {
		r.Histograms = append(r.Histograms, HistogramRow{Phase: PhaseTraced, Metric: h.metric, HDR: encoded(t, h.n, h.v)})
	}
	return r
}

func TestStagesAddUp(t *testing.T) {
	r := staged(t, func(*Sample) {})
	values := map[string]float64{}
	for name, want := range map[string]float64{
		"delivery_latency_mean": 0.0055, "latency_in_publisher": 0.0001, "latency_in_server": 0.0039, "latency_in_kernel": 0.0015,
		"latency_in_client": 6e-6, "send_time": 7e-6, "syscalls_per_message": 1.1, "sends_per_message": 1, "sent_bytes_per_message": 132,
	} {
		m, _ := MetricByName(name)
		got, warning, err := m.derive(r, "")
		if err != nil || !warning.None() || math.Abs(got-want) > 0.001*0.0055 { // histograms keep three digits
			t.Errorf("%s: got %v, %q, %v; want %v", name, got, warning, err, want)
		}
		values[name] = got
	}
	sum := values["latency_in_publisher"] + values["latency_in_server"] + values["latency_in_kernel"]
	if math.Abs(sum-values["delivery_latency_mean"]) > 1e-12 {
		t.Errorf("the stages add up to %v, the mean delivery is %v", sum, values["delivery_latency_mean"])
	}
}

// Stages are about what was sent and received alike: where that is not the same, there are none, and a reason.
func TestStagesOfOtherMessages(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*Sample)
		want string
	}{
		"a message was lost": {func(s *Sample) {
			if s.Metric == "received" {
				s.Value--
			}
		}, "not all messages sent"},
		"something else was sent": {func(s *Sample) {
			if s.Metric == "messages" {
				s.Value++
			}
		}, "not all messages sent"},
		"nobody counted": {func(s *Sample) { s.Source = "nobody" }, "in phase traced"},
	} {
		r := staged(t, c.edit)
		for _, metric := range []string{"delivery_latency_mean", "latency_in_publisher", "latency_in_server", "latency_in_kernel", "latency_in_client"} {
			m, _ := MetricByName(metric)
			if got, warning, err := m.derive(r, ""); err != nil || !math.IsNaN(got) || !strings.Contains(warning.String(), c.want) {
				t.Errorf("%s: %s is %v, %q, %v", name, metric, got, warning, err)
			}
		}
	}
}
