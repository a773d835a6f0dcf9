package plots

import (
	"math"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// Files hold base units; prefixes exist only on paper. A unit names how numbers of one kind are written for people.
type unit string

const (
	seconds    unit = results.Seconds
	bytesUnit  unit = results.Bytes
	count      unit = results.Count
	perSecond  unit = "s/s"   // seconds of CPU in a second: a plain number in the files, unreadable as one
	proportion unit = "share" // of messages: 0.9996 must not round to 1
)

// unitOf returns how a metric's numbers are written.
func unitOf(metric, base string) unit {
	name, _, _ := strings.Cut(metric, "@")
	switch name {
	case "cpu_per_idle_connection":
		return perSecond
	case "reach":
		return proportion
	default:
		return unit(base)
	}
}

// scale is a unit with a prefix.
type scale struct {
	Factor float64 // base units in one of these
	Suffix string
}

func (u unit) scales() []scale {
	switch u {
	case seconds:
		return []scale{{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}}
	case perSecond:
		return []scale{{1e-9, "ns/s"}, {1e-6, "µs/s"}, {1e-3, "ms/s"}, {1, "s/s"}}
	case bytesUnit:
		return []scale{{1, "B"}, {1 << 10, "KiB"}, {1 << 20, "MiB"}, {1 << 30, "GiB"}, {1 << 40, "TiB"}}
	case count:
		return []scale{{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}}
	default:
		return []scale{{1, ""}}
	}
}

// scaleFor returns the largest prefix that leaves v, once rounded, at 1 or more.
func (u unit) scaleFor(v float64) scale {
	all := u.scales()
	best := all[0]
	if u == count && whole(v) {
		return best
	}
	for _, s := range all[1:] {
		if v := math.Abs(v); !math.IsInf(v, 0) && round(v/s.Factor) >= 1 {
			best = s
		}
	}
	return best
}

// number writes v with its unit in three significant digits.
func (u unit) number(v float64) string {
	s := u.scaleFor(v)
	if !finite(v) {
		s.Suffix = ""
	}
	return u.digits(v, s) + s.unit()
}

// interval writes bounds in the prefix of their center; empty when there are none.
func (u unit) interval(center, low, high float64) string {
	if !finite(low) || !finite(high) {
		return ""
	}
	s := u.scaleFor(center)
	return "[" + u.digits(low, s) + ", " + u.digits(high, s) + "]"
}

func (s scale) unit() string {
	switch s.Suffix {
	case "", "k", "M", "G":
		return s.Suffix
	default:
		return " " + s.Suffix
	}
}

// digits writes v in a scale, without its suffix.
func (u unit) digits(v float64, s scale) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case u == proportion:
		return share(v)
	case u == count && whole(v):
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
	case !finite(v):
		return unit("").digits(v, scale{Factor: 1})
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
		return trimmed(v)
	}
	decimals := max(3, -int(math.Floor(math.Log10(1-v))))
	steps := math.Pow10(decimals)
	return strconv.FormatFloat(math.Floor(v*steps+1e-6)/steps, 'f', decimals, 64)
}

// times writes how many times one figure is another; close to 1 with a digit more, because a significant difference must
// not read as none.
func times(v float64) string {
	if math.Abs(v-1) < 0.05 {
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	return significant(v)
}

// atMost writes a share as a bound: rounded up.
func atMost(share float64) string {
	steps := 100.0
	if share < 0.0995 {
		steps = 1000
	}
	return inPercent(math.Ceil(share*steps-1e-6) / steps)
}

// inPercent writes a share, to a tenth where it is small: an estimate deserves no more.
func inPercent(share float64) string {
	decimals := 0
	if math.Abs(share) < 0.0995 {
		decimals = 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', decimals, 64), ".0") + "%"
}

func ratio(v float64) string {
	if !finite(v) {
		return "–"
	}
	return times(v) + "x"
}

// ratioInterval writes the bounds of a ratio; empty when there are none.
func ratioInterval(low, high float64) string {
	if !finite(low) || !finite(high) {
		return ""
	}
	return "[" + times(low) + ", " + times(high) + "]"
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
func whole(v float64) bool { return same(v, math.Round(v)) && math.Abs(v) < 1e5 }

// same tells numbers that differ at most by their rounding.
func same(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// drawable tells a number an axis can hold: beyond 1e30 no unit of ours has a meaning, and the arithmetic of axes overflows.
func drawable(v float64) bool { return math.Abs(v) < 1e30 }
