package results

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// derivation computes a metric from the rows of one trial; phase is the broadcast a metric of broadcasts is taken from.
// A trial that cannot carry the figure answers NaN and says why in the warning, in words that are the same for every
// trial with the same trouble.
type derivation func(r Rows, phase string) (v float64, warning string, err error)

// Why a figure is missing where the processes that were measured did nothing while somebody was served: what a server costs is
// never 0.
const (
	usedNothing = "the processes that were measured used no CPU: they are not those that served"
	grewNothing = "resident memory is the same at every number of connections: too little to be seen, or not that of what served"
)

func missing(phase, source, metric string) string {
	return fmt.Sprintf("no %s of %s in phase %s", metric, source, phase)
}

// sum adds up the values of all agents or steps.
func (r Rows) sum(phase, source, metric string) (v float64, warning string) {
	found := r.find(phase, source, metric)
	if len(found) == 0 {
		return math.NaN(), missing(phase, source, metric)
	}
	for _, s := range found {
		v += s.Value
	}
	if math.IsNaN(v) {
		return v, fmt.Sprintf("%s of %s in phase %s is unknown", metric, source, phase)
	}
	return v, ""
}

// enoughToGrow are as many connections as touch a page of any server that serves them.
const enoughToGrow = 20

// line fits a metric over the levels. The baseline (no connections) is not one of them: the first connections pay for
// what is allocated once (pools, the poller, the scheduler's threads), and would be charged to all.
func (r Rows) line(source, metric string) (stats.Line, string) {
	var x, y []float64
	for _, s := range r.find(PhaseLevel, source, metric) {
		x, y = append(x, float64(s.Connections)), append(y, s.Value)
	}
	l := stats.Slope(x, y)
	switch {
	case len(x) == 0:
		return l, missing(PhaseLevel, source, metric)
	case l.Counts >= 2 && !l.OK:
		return l, metric + " of " + source + " in phase " + PhaseLevel + " is unknown"
	case !l.OK:
		return l, "a slope needs 2 connection counts"
	case metric == "rss" && slices.Min(y) == slices.Max(y) && slices.Max(x)-slices.Min(x) >= enoughToGrow:
		return stats.Line{Slope: math.NaN(), Counts: l.Counts}, grewNothing
	case l.Counts < 3:
		return l, "slope over 2 connection counts: nothing shows whether it is straight"
	case l.R2 < 0.9:
		return l, "slope with R² below 0.9: " + metric + " is no straight line over connections"
	default:
		return l, ""
	}
}

func slope(source, metric string) derivation {
	return func(r Rows, _ string) (float64, string, error) {
		l, warning := r.line(source, metric)
		return l.Slope, warning, nil
	}
}

// slopeAfter is the slope plus what traffic added at the largest count, shared by its connections.
func slopeAfter(source, metric string) derivation {
	return func(r Rows, _ string) (float64, string, error) {
		l, warning := r.line(source, metric)
		if !l.OK {
			return l.Slope, warning, nil
		}
		var top Sample
		for _, s := range r.find(PhaseLevel, source, metric) {
			if s.Connections >= top.Connections {
				top = s
			}
		}
		after := r.find(PhaseAfter, source, metric)
		if len(after) == 0 {
			return math.NaN(), missing(PhaseAfter, source, metric), nil
		}
		last := after[len(after)-1]
		if last.Connections != top.Connections {
			return math.NaN(), "connections were lost before phase after", nil
		}
		return l.Slope + (last.Value-top.Value)/float64(top.Connections), warning, nil
	}
}

// Woken is the metric of a ramp whose connections were confirmed by a published message: of the trial, in phase ramp.
const Woken = "woken"

func cpuPerHandshake(r Rows, _ string) (float64, string, error) {
	if r.woken() {
		return math.NaN(), notHandshakes, nil
	}
	cpu, warning := r.sum(PhaseRamp, "schedstat", "cpu")
	opened := 0
	for _, s := range r.find(PhaseRamp, "schedstat", "cpu") {
		opened += s.Connections
	}
	if cpu == 0 && opened > 0 {
		return math.NaN(), usedNothing, nil
	}
	return divide(cpu, float64(opened), warning)
}

// idleCPU is the metric that contains heartbeats.
const idleCPU = "cpu_per_idle_connection"

func cpuPerIdle(r Rows, _ string) (float64, string, error) {
	cpu, warning := r.sum(PhaseIdle, "schedstat", "cpu")
	if opening, _ := r.sum(PhaseRamp, "schedstat", "cpu"); cpu == 0 && opening == 0 { // 0 alone is what a lane without heartbeats takes
		return math.NaN(), usedNothing, nil
	}
	held := 0.0
	for _, s := range r.find(PhaseIdle, "trial", "duration") {
		held += float64(s.Connections) * s.Value
	}
	return divide(cpu, held, warning)
}

// quotient divides a figure of a broadcast phase by what the fleet counted in it.
func quotient(source, metric, per string) derivation {
	return func(r Rows, phase string) (float64, string, error) {
		v, warning := r.sum(phase, source, metric)
		counted, why := r.sum(phase, "agent", per)
		if warning == "" {
			warning = why
		}
		if metric == "cpu" && v == 0 && counted > 0 {
			return math.NaN(), usedNothing, nil
		}
		return divide(v, counted, warning)
	}
}

// cpuPart divides the CPU time of a phase, known to the ns, as its ticks of 10 ms divide (proc_pid_stat(5)).
func cpuPart(part string) derivation {
	return func(r Rows, phase string) (float64, string, error) {
		user, warning := r.sum(phase, "process", "cpu_user")
		system, _ := r.sum(phase, "process", "cpu_system")
		of, _ := r.sum(phase, "process", part)
		all, _, err := quotient("schedstat", "cpu", "received")(r, phase)
		switch {
		case err != nil || warning != "":
			return math.NaN(), warning, err
		case user+system == 0:
			return math.NaN(), "no tick of CPU time in phase " + phase, nil
		default:
			return all * of / (user + system), "", nil
		}
	}
}

// gcShare is what Go's accounts give to garbage collection. They are brought up to date when a cycle ends, and are to be
// compared with each other only (runtime/metrics).
func gcShare(r Rows, phase string) (float64, string, error) {
	gc, warning := r.sum(phase, "runtime", "gc_cpu")
	all, why := r.sum(phase, "runtime", "busy_cpu")
	if warning == "" {
		warning = why
	}
	if gc == 0 && warning == "" {
		return 0, "", nil
	}
	return divide(gc, all, warning)
}

func reach(r Rows, phase string) (float64, string, error) {
	return quotient("agent", "received", "expected")(r, phase)
}

func divide(v, per float64, warning string) (float64, string, error) {
	if per == 0 && warning == "" {
		warning = "nothing to divide by: no connection or message was counted"
	}
	if per == 0 {
		return math.NaN(), warning, nil
	}
	return v / per, warning, nil
}

func total(metric string) derivation {
	return func(r Rows, phase string) (float64, string, error) {
		v, warning := r.sum(phase, "agent", metric)
		return v, warning, nil
	}
}

// balance is how many connections the hub serves beyond those of the clients that are there.
func (r Rows) balance(phase string) (float64, string) {
	held, warning := r.sum(phase, "hub", "subscribers")
	open, why := r.sum(phase, "agent", "connections")
	away, _ := r.sum(phase, "agent", "away")
	if warning == "" {
		warning = why
	}
	return held - (open - away), warning
}

// deadHeld is what the hub still serves beyond the clients that are there.
func deadHeld(r Rows, phase string) (float64, string, error) {
	v, warning := r.balance(phase)
	return max(v, 0), warning, nil
}

// slowGivenUp is how many connections of clients that are there the hub does not serve any more. A kernel that gives up a
// peer whose window stays closed does not tell it so, and the client cannot count it.
func slowGivenUp(r Rows, phase string) (float64, string, error) {
	v, warning := r.balance(phase)
	return max(-v, 0), warning, nil
}

// memoryPerFormer is what grew since the warm-up, by the clients that left meanwhile. What traffic takes has grown before.
func memoryPerFormer(r Rows, _ string) (float64, string, error) {
	before, warning := r.sum(PhaseWarmed, "process", "rss")
	after, why := r.sum(PhaseAfter, "process", "rss")
	if warning == "" {
		warning = why
	}
	left := 0.0
	for _, s := range r.Samples {
		if s.Source == "agent" && s.Metric == "left" {
			left += s.Value
		}
	}
	return divide(after-before, left, warning)
}

// notHandshakes is why figures of handshakes are missing.
const notHandshakes = "the server sends no response head before its first event: what a handshake takes is not known"

func (r Rows) woken() bool { return len(r.find(PhaseRamp, "trial", Woken)) > 0 }

func rampPercentile(metric string, p float64) derivation {
	return func(r Rows, _ string) (float64, string, error) {
		if r.woken() && metric != "tcp_connect" {
			return math.NaN(), notHandshakes, nil
		}
		return percentile(metric, p)(r, PhaseRamp)
	}
}

// percentile reads one from all histograms of the metric in the phase, merged (rule 10).
func percentile(metric string, p float64) derivation {
	return func(r Rows, phase string) (float64, string, error) {
		h, err := r.merged(phase, metric)
		if err != nil {
			return 0, "", err
		}
		least := int64(1)
		switch {
		case p > 99:
			least = 10_000
		case p > 50:
			least = 1_000
		}
		if h.TotalCount() == 0 {
			return math.NaN(), fmt.Sprintf("no %s in phase %s", metric, phase), nil
		}
		if h.TotalCount() < least {
			return math.NaN(), fmt.Sprintf("p%v needs %d values", p, least), nil
		}
		return float64(h.ValueAtPercentile(p)) / 1e9, "", nil
	}
}
