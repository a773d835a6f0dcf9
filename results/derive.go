package results

import "math"

// derivation computes a metric from the rows of one trial; phase is the broadcast a metric of broadcasts is taken from.
// A trial that cannot carry the figure returns NaN and the reason as a warning, which is the same for every
// trial with the same trouble.
type derivation func(r Rows, phase string) (v float64, warning Warning, err error)

// Why a figure is missing where the measured processes did nothing while clients were served: the cost of a server is
// never 0.
const (
	usedNothing = "the processes that were measured used no CPU: they are not those that served"
	grewNothing = "resident memory is the same at every number of connections: too little to be seen, or not that of what served"
)

func missing(phase, source, metric string) Warning {
	return Warning{Code: Missing, Args: Args{"metric": metric, "source": source, "of": phase}}
}

// missing is why there is no such sample, or not of every process that it is summed over.
func (r Rows) missing(phase, source, metric string) Warning {
	w := missing(phase, source, metric)
	if _, lacks := r.steps(phase, source, metric); lacks != "" {
		return w.With("process", lacks)
	}
	return w
}

func unknown(phase, source, metric string) Warning {
	return Warning{Code: UnknownSample, Args: Args{"metric": metric, "source": source, "of": phase}}
}

// without is a figure that is missing, and why.
func without(why string) (float64, Warning, error) { return math.NaN(), Because(NoFigure, why), nil }

// sum adds up the values of all agents or steps.
func (r Rows) sum(phase, source, metric string) (v float64, warning Warning) {
	found := r.find(phase, source, metric)
	if len(found) == 0 {
		return math.NaN(), r.missing(phase, source, metric)
	}
	for _, s := range found {
		v += s.Value
	}
	if math.IsNaN(v) {
		return v, unknown(phase, source, metric)
	}
	return v, Warning{}
}

// Woken is the metric of a ramp whose connections were confirmed by a published message: of the trial, in phase ramp.
const Woken = "woken"

func cpuPerHandshake(r Rows, _ string) (float64, Warning, error) {
	if r.woken() {
		return without(notHandshakes)
	}
	cpu, warning := r.sum(PhaseRamp, "schedstat", "cpu")
	opened := 0
	for _, s := range r.find(PhaseRamp, "schedstat", "cpu") {
		opened += s.Connections
	}
	if cpu == 0 && opened > 0 {
		return without(usedNothing)
	}
	return divide(cpu, float64(opened), warning)
}

// idleCPU is the metric that contains heartbeats.
const idleCPU = "cpu_per_idle_connection"

func cpuPerIdle(r Rows, _ string) (float64, Warning, error) {
	cpu, warning := r.sum(PhaseIdle, "schedstat", "cpu")
	if opening, _ := r.sum(PhaseRamp, "schedstat", "cpu"); cpu == 0 && opening == 0 { // 0 alone is what a lane without heartbeats takes
		return without(usedNothing)
	}
	connections := 0.0
	for _, s := range r.find(PhaseIdle, "trial", "duration") {
		connections += float64(s.Connections) * s.Value
	}
	return divide(cpu, connections, warning)
}

// quotient divides a figure of a broadcast phase by what the fleet counted in it.
func quotient(source, metric, per string) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		v, warning := r.sum(phase, source, metric)
		counted, why := r.sum(phase, "agent", per)
		if warning.None() {
			warning = why
		}
		if metric == "cpu" && v == 0 && counted > 0 {
			return without(usedNothing)
		}
		return divide(v, counted, warning)
	}
}

// cpuPart divides the CPU time of a phase, known to the ns, as its ticks of 10 ms divide (proc_pid_stat(5)).
func cpuPart(part string) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		user, warning := r.sum(phase, "process", "cpu_user")
		system, _ := r.sum(phase, "process", "cpu_system")
		of, _ := r.sum(phase, "process", part)
		all, _, err := quotient("schedstat", "cpu", "received")(r, phase)
		switch {
		case err != nil || !warning.None():
			return math.NaN(), warning, err
		case user+system == 0:
			return without("no tick of CPU time in phase " + phase)
		default:
			return all * of / (user + system), Warning{}, nil
		}
	}
}

// gcShare is what Go's accounts give to garbage collection. They are brought up to date when a cycle ends, and are to be
// compared with each other only (runtime/metrics).
func gcShare(r Rows, phase string) (float64, Warning, error) {
	gc, warning := r.sum(phase, "runtime", "gc_cpu")
	all, why := r.sum(phase, "runtime", "busy_cpu")
	if warning.None() {
		warning = why
	}
	if gc == 0 && warning.None() {
		return 0, Warning{}, nil
	}
	return divide(gc, all, warning)
}

func reach(r Rows, phase string) (float64, Warning, error) {
	return quotient("agent", "received", "expected")(r, phase)
}

func divide(v, per float64, warning Warning) (float64, Warning, error) {
	if per == 0 && warning.None() {
		return without("nothing to divide by: no connection or message was counted")
	}
	if per == 0 {
		return math.NaN(), warning, nil
	}
	return v / per, warning, nil
}

func total(metric string) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		v, warning := r.sum(phase, "agent", metric)
		return v, warning, nil
	}
}

// balance is how many connections the hub serves beyond those of the clients that are there.
func (r Rows) balance(phase string) (float64, Warning) {
	subscribed, warning := r.sum(phase, "hub", "subscribers")
	open, why := r.sum(phase, "agent", "connections")
	away, _ := r.sum(phase, "agent", "away")
	if warning.None() {
		warning = why
	}
	return subscribed - (open - away), warning
}

// deadServed is what the hub still serves beyond the clients that are there.
func deadServed(r Rows, phase string) (float64, Warning, error) {
	v, warning := r.balance(phase)
	return max(v, 0), warning, nil
}

// slowGivenUp is how many connections of clients that are there the hub does not serve any more. A kernel that gives up a
// peer whose window stays closed does not report it, and the client cannot count it.
func slowGivenUp(r Rows, phase string) (float64, Warning, error) {
	v, warning := r.balance(phase)
	return max(-v, 0), warning, nil
}

// memoryPerFormer is what grew since the warm-up, by the clients that left meanwhile. What traffic takes has grown before.
func memoryPerFormer(r Rows, _ string) (float64, Warning, error) {
	before, warning := r.sum(PhaseWarmed, "process", "rss")
	after, why := r.sum(PhaseAfter, "process", "rss")
	if warning.None() {
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
	return func(r Rows, _ string) (float64, Warning, error) {
		if r.woken() && metric != "tcp_connect" {
			return without(notHandshakes)
		}
		return percentile(metric, p)(r, PhaseRamp)
	}
}

// percentile reads one from all histograms of the metric in the phase, merged (rule 10).
func percentile(metric string, p float64) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		h, err := r.merged(phase, metric)
		if err != nil {
			return 0, Warning{}, err
		}
		least := int64(1)
		switch {
		case p > 99:
			least = 10_000
		case p > 50:
			least = 1_000
		}
		if h.TotalCount() == 0 {
			return math.NaN(), missing(phase, "", metric), nil
		}
		if h.TotalCount() < least {
			return math.NaN(), Warning{Code: FewValues, Args: Args{"percentile": p, "least": least}}, nil
		}
		return float64(h.ValueAtPercentile(p)) / 1e9, Warning{}, nil
	}
}
