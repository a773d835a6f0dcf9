package servers

import (
	"strings"
	"time"

	"github.com/pushbench/pushbench/servers/calibration"
)

// Option changes any lane: LANE+OPTION is the lane with it.
type Option struct {
	Name   string
	About  string // one phrase for lists and reports
	Twin   bool   // changes nothing: the lane again, to compare it with itself
	Truths []Truth
	Drops  bool // messages, those that calibration.Lossy says

	apply func(*Lane)
}

// Truth is what an option is known to add to a figure of its lane.
type Truth struct {
	Metric string
	Adds   float64 // in the metric's unit
	Within float64 // so far from it an instrument may read
}

// Options is the table of options.
func Options() []Option {
	return []Option{
		{
			Name: "twin", About: "the lane again: what differs from itself is noise", Twin: true,
			apply: func(*Lane) {},
		},
		{
			Name: "ballast", About: "holds 64 KiB for each connection",
			Truths: []Truth{
				{Metric: "rss_per_connection", Adds: calibration.BallastBytes, Within: 0.02 * calibration.BallastBytes},
				{Metric: "heap_per_connection", Adds: calibration.BallastBytes, Within: 0.02 * calibration.BallastBytes},
			},
			apply: func(l *Lane) { l.Wrap = calibration.Ballast },
		},
		{
			Name: "delay", About: "holds each message for 20 ms",
			Truths: []Truth{{Metric: "delivery_latency_p50", Adds: calibration.DelayTime.Seconds(), Within: (500 * time.Microsecond).Seconds()}},
			apply:  func(l *Lane) { l.Hold = calibration.DelayTime },
		},
		{
			Name: "burn", About: "burns 50 µs of CPU for each message to a connection",
			Truths: []Truth{{Metric: "cpu_per_message", Adds: calibration.BurnTime.Seconds(), Within: 0.1 * calibration.BurnTime.Seconds()}},
			apply:  func(l *Lane) { l.Wrap = calibration.Burn },
		},
		{
			Name: "lossy", About: "drops one delivery of a thousand", Drops: true,
			Truths: []Truth{{Metric: "reach", Adds: -1.0 / (calibration.DropEvery * calibration.DropOf), Within: 0}},
			apply:  func(l *Lane) { l.Wrap = calibration.Lossy() },
		},
	}
}

// OptionOf finds the option a lane's name asks for; false: it asks for none.
func OptionOf(name string) (Option, bool) {
	_, asked, _ := strings.Cut(name, "+")
	for _, o := range Options() {
		if o.Name == asked {
			return o, true
		}
	}
	return Option{}, false
}
