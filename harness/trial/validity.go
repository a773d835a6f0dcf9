package trial

import (
	"fmt"
	"math"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Limits above which a trial measured its load generator (method.md, rule 15). Each needs enough values.
const (
	agentShareLimit = 0.8                    // of its CPU
	shareNeeds      = 500 * time.Millisecond // a shorter phase is all start and end
	delayLimit      = 10 * time.Millisecond  // of the generator's own delays
	delayNeeds      = 1000                   // values, for a 99th percentile
	throttledLimit  = 0.01                   // of a phase, in which a quota stopped its processes
)

const connectLateness = "connect_lateness"

// delay is one that the generator causes: the percentile that must stay below the limit in a valid trial, and the one that
// otherwise is a warning of the figures that contain it.
type delay struct {
	metric       string
	fails, warns float64
	code         results.Code
}

// delays are all of them. A late connect is part of its handshake: common ones spoil all percentiles, rare ones the 99th. A message sent late is part of its round trip. A late read is not part of a latency, as
// the kernel has stamped the arrival: only common ones change how the server's writes find their reader, and make the trial
// invalid.
func delays() []delay {
	return []delay{
		{connectLateness, 90, 99, results.ConnectsLate},
		{"uplink_lateness", 99, 0, results.UplinksLate},
		{"generator_delay", 90, 0, results.ReadsLate},
	}
}

// checkShare stamps the trial invalid when the load was short of CPU. A reader that never sleeps uses all of it by
// design; its delays are checked instead.
func (t *trial) checkShare(phase string, seconds float64, took time.Duration) {
	if took < shareNeeds || t.spins {
		return
	}
	if seconds/took.Seconds() > agentShareLimit {
		t.invalidate(phase, results.LoadCPU, results.Args{"limit": 100 * agentShareLimit})
	}
}

// checkThrottled stamps the trial invalid when a CPU quota stopped its processes, the load's or, where it has another one, the
// server's: its figures are then the quota's. Stops too short to change a figure are a warning.
func (t *trial) checkThrottled(phase string, run, server probe.Throttling, took time.Duration) {
	for _, group := range []struct {
		probe.Throttling
		of string
	}{{run, "the run"}, {server, "the server"}} {
		if group.Throttled == 0 {
			continue
		}
		note := t.warn
		if group.Seconds > throttledLimit*took.Seconds() {
			note = t.invalidate
		}
		note(phase, results.LoadThrottled, results.Args{
			"group": group.of, "throttled": group.Throttled, "periods": group.Periods, "milliseconds": math.Round(1e4*group.Seconds) / 10,
		})
	}
}

// checkKilled stamps the trial invalid when processes of the server ended and the run's control group counts a kill for want of
// memory. A kill elsewhere on the machine may have been of any process: a warning.
func (t *trial) checkKilled(phase string, before, after probe.OOMKills) {
	switch why := after.Since(before); {
	case why == "":
	case after.Group > before.Group:
		t.invalidate(phase, results.Killed, results.Args{"why": why})
	default:
		t.warn(phase, results.MaybeKilled, results.Args{"why": why})
	}
}

// throttledServer is the throttling of the server's control groups; none where they are the run's.
func throttledServer(grown []node.Reading, running map[string]node.State) (s probe.Throttling) {
	for _, r := range grown {
		switch {
		case r.Source != "throttling" || !running[r.Process].OwnQuota:
		case r.Metric == "periods":
			s.Periods += r.Value
		case r.Metric == "throttled_periods":
			s.Throttled += r.Value
		case r.Metric == "throttled":
			s.Seconds += r.Value
		}
	}
	return s
}

// checkDelays stamps the trial invalid when the generator began connects late, or read messages late:
// by more than the limit, not before patience ended, or not before its sockets were full.
func (t *trial) checkDelays(phase string, report wire.Report) error {
	if report.Unread > 0 {
		t.invalidate(phase, results.Unread, results.Args{"bytes": report.Unread})
	}
	if report.Dropped > 0 {
		t.invalidate(phase, results.LoadDropped, results.Args{"packets": report.Dropped})
	}
	for _, d := range delays() {
		if d.metric == connectLateness && t.ramped != nil && t.ramped.Storm {
			continue // all are due at once: the queue behind the first is the order
		}
		h, err := report.Histograms[d.metric].Decode()
		if err != nil {
			return fmt.Errorf("%s of phase %s: %w", d.metric, phase, err)
		}
		late := func(percentile float64) bool { return h.ValueAtQuantile(percentile) > int64(delayLimit) }
		switch {
		case h.TotalCount() < delayNeeds:
		case late(d.fails):
			t.invalidate(phase, d.code, results.Args{"limit": delayLimit.String(), "percentile": d.fails})
		case d.warns > 0 && late(d.warns):
			t.warn(phase, d.code, results.Args{"limit": delayLimit.String(), "percentile": d.warns})
		}
	}
	return nil
}

// invalidate records that the trial failed a validity check, once.
func (t *trial) invalidate(phase string, code results.Code, args results.Args) {
	t.invalid = results.AddWarning(t.invalid, results.Warning{Code: code, Phase: phase, Args: args})
}
