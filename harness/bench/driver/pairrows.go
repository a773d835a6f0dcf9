package driver

import (
	"fmt"
	"math"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// bar is what the probes may cost the server in a broadcast, as times its CPU without.
const bar = 1.01

// ratio is with probes to without, within pairs.
func ratio(pairs []Pair) stats.Interval {
	return stats.PairedRatio(each(pairs, func(p Pair) float64 { return p.Probed }), each(pairs, func(p Pair) float64 { return p.Plain }))
}

func each(pairs []Pair, of func(Pair) float64) (values []float64) {
	for _, p := range pairs {
		values = append(values, of(p))
	}
	return values
}

// Names of what is compared.
const (
	ownGroup = "own-cost"
	ownProbe = "probes"
	ownNone  = "none"
)

// PairRows says what the pairs say.
func PairRows(s Settings, pairs []Pair) []Row {
	message := func(v func(Pair) float64) []float64 {
		return each(pairs, func(p Pair) float64 { return v(p) / float64(p.Messages) })
	}
	row := func(name, metric, unit string, ratio float64, values []float64) Row {
		r := Row{Group: ownGroup, Case: name, Connections: s.Probed, Metric: metric, Unit: unit, Baseline: ownNone, Ratio: ratio}
		r.summarise(values)
		return r
	}
	return []Row{
		row(ownProbe, "cpu_per_message", results.Seconds, ratio(pairs).Center, message(func(p Pair) float64 { return p.Probed })),
		row(ownNone, "cpu_per_message", results.Seconds, math.NaN(), message(func(p Pair) float64 { return p.Plain })),
		row(ownProbe, "cpu_ratio", results.Count, math.NaN(), each(pairs, func(p Pair) float64 { return p.Probed / p.Plain })),
		row(ownProbe, "cpu_per_reading", results.Seconds, math.NaN(), each(pairs, func(p Pair) float64 { return p.Reading / 2 })),
	}
}

// Verdict says what the probes cost, and whether that is below the bar.
func Verdict(pairs []Pair) string {
	r := ratio(pairs)
	text := fmt.Sprintf("%.4f %s times the CPU of the server in a broadcast of %d messages with the probes around it, median of %d pairs; bar %.2f: ",
		r.Center, bounds(r), pairs[0].Messages, r.N, bar)
	switch {
	case !r.OK:
		text += "not judged, " + r.Why
	case r.Low > bar:
		text += "missed"
	case r.Center > bar:
		text += "not held, nor is it shown to be missed"
	case r.High > bar:
		text += "held by the median; the interval does not exclude more"
	default:
		text += "held"
	}
	reading := stats.Median(each(pairs, func(p Pair) float64 { return p.Reading / 2 })).Center
	return text + fmt.Sprintf(".\nA reading of all probes costs the server %.2f ms of CPU, outside of it.", 1000*reading)
}

func bounds(in stats.Interval) string {
	if !in.OK {
		return "(no interval)"
	}
	return fmt.Sprintf("[%.4f, %.4f]", in.Low, in.High)
}

// Held is the error of probes that cost more than the bar for sure.
func Held(pairs []Pair) error {
	if r := ratio(pairs); r.OK && r.Low > bar {
		return fmt.Errorf("the probes cost the server more than %.2f times its CPU in a broadcast: %.4f %s", bar, r.Center, bounds(r))
	}
	return nil
}
