// Package words writes figures for people: numbers with units, ratios, shares and bounds, and what a verdict and a footnote say.
// It stands between results and everything that shows them, so that a figure reads the same in a chart, a report and a terminal.
package words

import (
	"math"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// Unit names how numbers of one kind are written for people. Files hold base units; prefixes exist only on paper.
type Unit string

// The units of metrics.
const (
	Seconds    Unit = results.Seconds
	Bytes      Unit = results.Bytes
	Count      Unit = results.Count
	PerSecond  Unit = "s/s" // seconds of CPU in a second: a plain number in the files, unreadable as one
	BitRate    Unit = "bit/s"
	Proportion Unit = "share" // of messages: 0.9996 must not round to 1
)

// UnitOf returns how a metric's numbers are written.
func UnitOf(metric, base string) Unit {
	name, _, _ := strings.Cut(metric, "@")
	switch name {
	case "cpu_per_idle_connection":
		return PerSecond
	case "reach":
		return Proportion
	default:
		return Unit(base)
	}
}

// Scale is a unit with a prefix.
type Scale struct {
	Factor float64 // base units in one of these
	Suffix string
}

func (u Unit) scales() []Scale {
	switch u {
	case Seconds:
		return []Scale{{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}}
	case PerSecond:
		return []Scale{{1e-9, "ns/s"}, {1e-6, "µs/s"}, {1e-3, "ms/s"}, {1, "s/s"}}
	case Bytes:
		return []Scale{{1, "B"}, {1 << 10, "KiB"}, {1 << 20, "MiB"}, {1 << 30, "GiB"}, {1 << 40, "TiB"}}
	case BitRate:
		return []Scale{{1, "bit/s"}, {1e3, "kbit/s"}, {1e6, "Mbit/s"}, {1e9, "Gbit/s"}}
	case Count:
		return []Scale{{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}}
	default:
		return []Scale{{1, ""}}
	}
}

// Factors are the base units in one of each unit that Number writes.
func Factors() map[string]float64 {
	out := map[string]float64{}
	for _, u := range []Unit{Seconds, PerSecond, Bytes, BitRate, Count} {
		for _, s := range u.scales() {
			out[s.Suffix] = s.Factor
		}
	}
	return out
}

// ScaleFor returns the largest prefix that leaves v, once rounded, at 1 or more.
func (u Unit) ScaleFor(v float64) Scale {
	all := u.scales()
	best := all[0]
	if u == Count && whole(v) {
		return best
	}
	for _, s := range all[1:] {
		if v := math.Abs(v); !math.IsInf(v, 0) && round(v/s.Factor) >= 1 {
			best = s
		}
	}
	return best
}

// Number writes v with its unit in three significant digits.
func (u Unit) Number(v float64) string {
	s := u.ScaleFor(v)
	if !Finite(v) {
		s.Suffix = ""
	}
	return u.digits(v, s) + s.Unit()
}

// Interval writes bounds in the unit of their center, which they leave out; empty when there are none. A count has no unit, and its
// prefix is a part of the number.
func (u Unit) Interval(center, low, high float64) string {
	if !Finite(low) || !Finite(high) {
		return ""
	}
	s, prefix := u.ScaleFor(center), ""
	if u == Count {
		prefix = s.Suffix
	}
	return "[" + u.digits(low, s) + prefix + ", " + u.digits(high, s) + prefix + "]"
}

// Unit is what stands behind a number.
func (s Scale) Unit() string {
	switch s.Suffix {
	case "", "k", "M", "G":
		return s.Suffix
	default:
		return " " + s.Suffix
	}
}

// digits writes v in a scale, without its suffix.
func (u Unit) digits(v float64, s Scale) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case u == Proportion:
		return share(v)
	case u == Count && whole(v):
		return strconv.FormatFloat(math.Round(v)/s.Factor, 'f', -1, 64)
	default:
		return significant(v / s.Factor)
	}
}

// significant writes v in three significant digits, without an exponent as long as a reader can count the zeros.
func significant(v float64) string {
	v = round(v)
	switch {
	case v == 0:
		return "0"
	case !Finite(v):
		return Unit("").digits(v, Scale{Factor: 1})
	}
	exponent := int(math.Floor(math.Log10(math.Abs(v)) + 1e-9))
	if exponent < -4 || exponent > 8 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(v, 'f', max(0, 2-exponent), 64)
}

// share writes a proportion; below 1 with enough digits, rounded down, to show that something is missing.
func share(v float64) string {
	if v >= 1 || v <= 0 {
		return Trimmed(v)
	}
	decimals := max(3, -int(math.Floor(math.Log10(1-v))))
	steps := math.Pow10(decimals)
	return strconv.FormatFloat(math.Floor(v*steps+1e-6)/steps, 'f', decimals, 64)
}

// Times writes how many times one figure is another; close to 1 with a digit more, because a significant difference must
// not read as none.
func Times(v float64) string {
	if math.Abs(v-1) < 0.05 {
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	return significant(v)
}

// AtMost writes a share as a bound: rounded up.
func AtMost(share float64) string {
	steps := 100.0
	if share < 0.0995 {
		steps = 1000
	}
	return InPercent(max(0, math.Ceil(share*steps-1e-6)) / steps) // of no share, Ceil makes -0
}

// InPercent writes a share, to a tenth where it is small: an estimate deserves no more.
func InPercent(share float64) string {
	decimals := 0
	if math.Abs(share) < 0.0995 {
		decimals = 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', decimals, 64), ".0") + "%"
}

// Ratio writes how many times one figure is another.
func Ratio(v float64) string {
	if !Finite(v) {
		return "–"
	}
	return Times(v) + "x"
}

// RatioInterval writes the bounds of a ratio; empty when there are none.
func RatioInterval(low, high float64) string {
	if !Finite(low) || !Finite(high) {
		return ""
	}
	return "[" + Times(low) + ", " + Times(high) + "]"
}

// round keeps three significant digits.
func round(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// whole tells numbers that are counts and short enough to be written out. A slope of exactly 2 may miss it by its rounding.
func whole(v float64) bool { return Same(v, math.Round(v)) && math.Abs(v) < 1e5 }

// Same tells numbers that differ at most by their rounding.
func Same(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

// Finite tells a number from what is none or has no bound.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Trimmed writes a round number without trailing zeros.
func Trimmed(v float64) string { return strconv.FormatFloat(round(v), 'f', -1, 64) }
