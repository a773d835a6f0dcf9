package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// setting is how the lanes of a run were found to be set in one respect, from rows of the sources that read settings.
type setting struct {
	Name string // as in the system's documentation: TCP_NODELAY
	unit string

	varied bool // by the scenario: that levels differ in it is no mistake

	of map[string]*found // by lane; without the lanes that were not read
}

// found is the values read of a lane: numbers, or names.
type found struct {
	least, most float64
	names       []string
}

const (
	suffixMost       = "_most"           // the largest value of several sockets follows the smallest
	prefixCongestion = "tcp_congestion_" // a name, as numbers are all a row holds
	unlimited        = math.MaxInt64     // what the Go runtime answers for no limit, or more
)

// readSettings collects them from the trials that count, in the order of the files. While nothing happens: at levels, and
// after traffic.
func readSettings(d *results.Data) []setting {
	counts := map[int]bool{}
	ok := d.Run.OKTrials()
	for _, l := range d.Run.Compared() {
		for _, level := range d.Run.Levels() {
			for _, t := range ok[results.Contestant{Lane: l.Name, Level: level}] {
				counts[t.Trial] = true
			}
		}
	}
	var out []setting
	for _, s := range d.Samples {
		if s.Source != "sockopts" && s.Source != "gosettings" || !s.OfServer() || !counts[s.Trial] || math.IsNaN(s.Value) {
			continue
		}
		name, value := settingName(s.Metric)
		if s.Phase != results.PhaseLevel && (s.Phase != results.PhaseAfter || (setting{Name: name}).tuned()) {
			continue
		}
		at := slices.IndexFunc(out, func(o setting) bool { return o.Name == name })
		if at < 0 {
			at = len(out)
			varied := d.Run.Vary != nil && strings.EqualFold(d.Run.Vary.Key, name)
			out = append(out, setting{Name: name, unit: s.Unit, varied: varied, of: map[string]*found{}})
		}
		out[at].add(s.Lane, value, s.Value)
	}
	return out
}

// settingName splits a metric into the setting, and its value where that is a name.
func settingName(metric string) (name, value string) {
	if value, ok := strings.CutPrefix(metric, prefixCongestion); ok {
		return strings.ToUpper(strings.TrimSuffix(prefixCongestion, "_")), value
	}
	return strings.ToUpper(strings.TrimSuffix(metric, suffixMost)), ""
}

func (s setting) add(lane, name string, v float64) {
	f := s.of[lane]
	if f == nil {
		f = &found{least: v, most: v}
		s.of[lane] = f
	}
	if name != "" && !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
		slices.Sort(f.names)
	}
	f.least, f.most = min(f.least, v), max(f.most, v)
}

// text is the values read of a lane; empty: none.
func (s setting) text(lane string) string {
	f := s.of[lane]
	switch {
	case f == nil:
		return ""
	case len(f.names) > 0:
		return strings.Join(f.names, " and ")
	case f.least == f.most:
		return s.value(f.least)
	default:
		return s.value(f.least) + " to " + s.value(f.most)
	}
}

// tuned reports whether the kernel adapts the setting to traffic: a lane has a range.
func (s setting) tuned() bool { return s.Name == "SO_SNDBUF" || s.Name == "SO_RCVBUF" }

// ofSocket reports whether it is a setting of each connection's socket, where it has one.
func (s setting) ofSocket() bool {
	return strings.HasPrefix(s.Name, "TCP_") || strings.HasPrefix(s.Name, "SO_")
}

// toggle reports whether the setting is on or off.
func (s setting) toggle() bool { return s.Name == "TCP_NODELAY" || s.Name == "SO_KEEPALIVE" }

// mixed reports whether connections of a lane differ, or trials of it that should not.
func (s setting) mixed(lane string) bool {
	f := s.of[lane]
	return f != nil && !s.varied && (len(f.names) > 1 || len(f.names) == 0 && f.least != f.most)
}

// alike reports whether lanes have the same value, as far as they were read; a tuned one, whether all ranges meet.
func (s setting) alike(lanes []results.Lane) bool {
	for _, a := range lanes {
		for _, b := range lanes {
			x, y := s.of[a.Name], s.of[b.Name]
			switch {
			case x == nil || y == nil:
			case s.tuned() && x.least > y.most, !s.tuned() && s.text(a.Name) != s.text(b.Name):
				return false
			}
		}
	}
	return true
}

// value writes a number the way a lane or a scenario states it.
func (s setting) value(v float64) string {
	switch {
	case s.toggle() && v == 0:
		return "off"
	case s.toggle():
		return "on"
	case v >= unlimited:
		return "off"
	case s.unit == results.Seconds && words.Finite(v):
		return time.Duration(math.Round(v * 1e9)).String()
	default:
		return words.Unit(s.unit).Number(v)
	}
}
