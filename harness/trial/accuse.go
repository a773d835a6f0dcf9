package trial

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// Limits above which a trial measured its load generator (method.md, rule 15). Each needs enough to judge by.
const (
	agentShareLimit = 0.8                    // of its CPU
	shareNeeds      = 500 * time.Millisecond // a shorter phase is all start and end
	delayLimit      = 10 * time.Millisecond  // 99th percentile of the generator's own delays
	delayNeeds      = 1000                   // values, for a 99th percentile
)

// accuseShare stamps the trial invalid when the load was short of CPU. A reader that never sleeps uses all of it by
// design; its delays tell instead.
func (t *trial) accuseShare(phase string, seconds float64, took time.Duration) {
	if took < shareNeeds || t.scenario.Reader == scenario.ReaderAwake {
		return
	}
	if seconds/took.Seconds() > agentShareLimit {
		t.accuse("phase %s: the load generator used more than %.0f %% of its cpu", phase, 100*agentShareLimit)
	}
}

// accuseDelays stamps the trial invalid when the generator began connects late, or let what had arrived wait.
func (t *trial) accuseDelays(phase string, report wire.Report) error {
	for metric, what := range map[string]string{
		"generator_delay":  "what had arrived waited for the load generator",
		"connect_lateness": "the load generator began its connects late",
	} {
		h, err := report.Histograms[metric].Decode()
		if err != nil {
			return fmt.Errorf("%s of phase %s: %w", metric, phase, err)
		}
		if h.TotalCount() >= delayNeeds && h.ValueAtQuantile(99) > int64(delayLimit) {
			t.accuse("phase %s: %s, by more than %v at the 99th percentile", phase, what, delayLimit)
		}
	}
	return nil
}

func (t *trial) accuse(format string, args ...any) {
	t.invalid = append(t.invalid, fmt.Sprintf(format, args...))
}
