package trial

import (
	"fmt"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/internal/wire"
)

// Limits above which a trial measured its load generator (method.md, rule 15). Each needs enough to judge by.
const (
	agentShareLimit = 0.8                    // of its CPU
	shareNeeds      = 500 * time.Millisecond // a shorter phase is all start and end
	delayLimit      = 10 * time.Millisecond  // of the generator's own delays
	delayNeeds      = 1000                   // values, for a 99th percentile
	throttledLimit  = 0.01                   // of a phase, in which a quota stopped its processes
)

const connectLateness = "connect_lateness"

// delay is one the generator causes itself: the percentile that must stay below the limit in a valid trial, and the one above
// which the figures that contain it are told apart.
type delay struct {
	metric         string
	accuses, warns float64
	what           string
}

// delays are all of them. A late connect is part of the handshake it begins: where it is common of them all, and where it is
// not of their 99th percentile alone. A message sent late is part of its round trip. A late read is not part of a latency, as
// the kernel has stamped the arrival: it accuses only when it is common enough to change how the server's writes find their
// reader.
func delays() []delay {
	return []delay{
		{connectLateness, 90, 99, "the load generator began its connects late"},
		{"uplink_lateness", 99, 0, "the load generator sent its messages late"},
		{"generator_delay", 90, 0, "what had arrived waited for the load generator"},
	}
}

// accuseShare stamps the trial invalid when the load was short of CPU. A reader that never sleeps uses all of it by
// design; its delays tell instead.
func (t *trial) accuseShare(phase string, seconds float64, took time.Duration) {
	if took < shareNeeds || t.spins {
		return
	}
	if seconds/took.Seconds() > agentShareLimit {
		t.accuse("phase %s: the load generator used more than %.0f %% of its cpu", phase, 100*agentShareLimit)
	}
}

// accuseThrottled stamps the trial invalid when a CPU quota stopped its processes, the load's or, where it has another one, the
// server's: its figures are then the quota's. What is too short to show in a figure is told.
func (t *trial) accuseThrottled(phase string, run, server probe.Throttling, took time.Duration) {
	for _, group := range []struct {
		probe.Throttling
		of string
	}{{run, "the run"}, {server, "the server"}} {
		if group.Throttled == 0 {
			continue
		}
		say := t.warn
		if group.Seconds > throttledLimit*took.Seconds() {
			say = t.accuse
		}
		say("phase %s: the cpu quota of the control group of %s stopped it in %.0f of %.0f periods, for %v: raise the quota, or run without one",
			phase, group.of, group.Throttled, group.Periods, time.Duration(1e9*group.Seconds).Round(100*time.Microsecond))
	}
}

// accuseKilled stamps the trial invalid when processes of the server ended and the run's control group counts a kill for want of
// memory. The machine's may have been of anybody, and processes end in order, too: that is told.
func (t *trial) accuseKilled(phase string, before, after probe.OOMKills) {
	switch why := after.Since(before); {
	case why == "":
	case after.Group > before.Group:
		t.accuse("phase %s: a process of the server was killed: %s", phase, why)
	default:
		t.warn("phase %s: a process of the server may have been killed: %s", phase, why)
	}
}

// throttledServer is what the probes say of the server's groups; nothing where they are the run's.
func throttledServer(grown []probe.Sourced, probed []probe.Server) (s probe.Throttling) {
	if len(probed) == 0 || probed[0].SharesQuota() {
		return s
	}
	for _, r := range grown {
		switch {
		case r.Source != "throttling":
		case r.Metric == "periods":
			s.Periods = r.Value
		case r.Metric == "throttled_periods":
			s.Throttled = r.Value
		case r.Metric == "throttled":
			s.Seconds = r.Value
		}
	}
	return s
}

// accuseDelays stamps the trial invalid when the generator began connects late, or let what had arrived wait: for long,
// until it was called lost, or until its sockets had no room for more.
func (t *trial) accuseDelays(phase string, report wire.Report) error {
	if report.Unread > 0 {
		t.accuse("phase %s: %d bytes had arrived and were not read when patience ended", phase, report.Unread)
	}
	if report.Dropped > 0 {
		t.accuse("phase %s: %d packets had arrived and found no room in the load's sockets", phase, report.Dropped)
	}
	for _, d := range delays() {
		if d.metric == connectLateness && t.scenario.Ramp.Storm {
			continue // all are due at once: the queue behind the first is the order
		}
		h, err := report.Histograms[d.metric].Decode()
		if err != nil {
			return fmt.Errorf("%s of phase %s: %w", d.metric, phase, err)
		}
		late := func(percentile float64) bool { return h.ValueAtQuantile(percentile) > int64(delayLimit) }
		const says = "phase %s: %s, by more than %v at the %gth percentile"
		switch {
		case h.TotalCount() < delayNeeds:
		case late(d.accuses):
			t.accuse(says, phase, d.what, delayLimit, d.accuses)
		case d.warns > 0 && late(d.warns):
			t.warn(says, phase, d.what, delayLimit, d.warns)
		}
	}
	return nil
}

func (t *trial) accuse(format string, args ...any) {
	t.invalid = once(t.invalid, format, args...)
}

// once adds a line that is not there: each level of the ramp can say the same.
func once(lines []string, format string, args ...any) []string {
	if line := fmt.Sprintf(format, args...); !slices.Contains(lines, line) {
		return append(lines, line)
	}
	return lines
}
