package cli

import (
	"fmt"
	"time"
)

// schedule is how long trials take, by their schedule alone.
func schedule(trials int, each time.Duration) string {
	all := float64(trials) * each.Seconds()
	text := fmt.Sprintf("%d trials of %s, %s in all, and what lies between phases", trials, span(each.Seconds()), span(all))
	if all > longRun.Seconds() {
		text += ": is that meant? fewer connections, blocks or lanes, a faster ramp and shorter phases make it shorter"
	}
	return text
}

// longRun is what few want to wait for.
const longRun = 24 * time.Hour

// span is a time in the unit that suits it.
func span(seconds float64) string {
	switch {
	case seconds < 120:
		return fmt.Sprintf("%.3g s", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("%.0f min", seconds/60)
	case seconds < 48*3600:
		return fmt.Sprintf("%.1f h", seconds/3600)
	case seconds < 2*365*24*3600:
		return fmt.Sprintf("%.1f days", seconds/(24*3600))
	default:
		return fmt.Sprintf("%.0f years", seconds/(365*24*3600))
	}
}
