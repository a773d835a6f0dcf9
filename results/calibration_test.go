package results

import (
	"math"
	"strings"
	"testing"
)

// calibrated is the example with a lane of known cost, known loss, and a control.
func calibrated(t *testing.T) *Data {
	t.Helper()
	d := example(t)
	d.Run.Lanes[1].Of = "ws-gorilla" // its figures are twice those of ws-gorilla, whose slope is 16384 B × drift
	d.Run.Lanes[1].Offsets = []Offset{{Metric: "rss_per_connection", Adds: 20000, Within: 1000}, {Metric: "heap_per_connection", Adds: 1, Within: 1}}
	d.Run.Lanes[2].Of, d.Run.Lanes[2].Drops = "ws-gorilla", &Drops{Every: 10, Rest: 1, Of: 100}
	return d
}

func checksOf(t *testing.T, d *Data) map[string]Check {
	t.Helper()
	all, err := Calibrate(d)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Check{}
	for _, r := range all {
		if _, twice := byName[r.Lane+" "+r.Metric]; twice {
			t.Errorf("%s of %s is read twice", r.Metric, r.Lane)
		}
		byName[r.Lane+" "+r.Metric] = r
	}
	return byName
}

func TestOffsetsAreDifferencesWithinBlocks(t *testing.T) {
	got := checksOf(t, calibrated(t))
	want := 16384 * (drift(3) + drift(4)) / 2 // the median of the blocks
	if r := got["sse-gin rss_per_connection"]; math.Abs(r.Read-want) > 1e-6 || r.Known != 20000 || !r.OK || r.Low != 16384*drift(1) || r.High != 16384*drift(6) {
		t.Errorf("read %+v, want %v within its limit", r, want)
	}
	if r := got["sse-gin heap_per_connection"]; r.OK {
		t.Errorf("%v instead of %v within %v is called ok", r.Read, r.Known, r.Limit)
	}
}

// Every lost message that is not the lane's own loss takes one away: what is named must be named, and nothing else.
func TestDropsAreNamed(t *testing.T) {
	d := calibrated(t)
	// 40 messages in 2 phases and 6 trials: 48 are dropped. The example's own losses are message 41 at 4 connections of
	// 400, as the rule says, and 42, which it does not.
	if r := checksOf(t, d)["tcp messages_named"]; r.Known != 6*2*2*40/10.0 || r.Read != 0 || r.OK {
		t.Errorf("%+v", r)
	}
	d.Losses = nil
	for _, trial := range NewIndex(d).OKTrials(Contestant{Lane: "tcp"}) {
		for message := uint64(1); message <= 160; message += 10 {
			d.Losses = append(d.Losses, Loss{Trial: trial.Trial, Lane: "tcp", Message: message, Missed: 4, Connections: 400})
		}
	}
	if r := checksOf(t, d)["tcp messages_named"]; r.Read != r.Known || !r.OK {
		t.Errorf("all named: %+v", r)
	}
	d.Losses[7].Missed--
	if r := checksOf(t, d)["tcp messages_named"]; r.OK {
		t.Errorf("one of them at a connection less: %+v", r)
	}
}

func TestControlThatDiffers(t *testing.T) {
	d := example(t)
	d.Run.Lanes[1].Of, d.Run.Lanes[1].Control = "ws-gorilla", true
	got := checksOf(t, d)
	if r := got["sse-gin rss_per_connection"]; r.Read != 2 || r.OK || !math.IsNaN(r.Limit) {
		t.Errorf("a control that is twice itself: %+v", r)
	}
	if r := got["sse-gin false_verdicts"]; !(r.Read > 0.9) || r.OK {
		t.Errorf("nearly all comparisons are wrong: %+v", r)
	}
	for name := range got {
		if strings.Contains(name, "goroutines_per_connection") {
			t.Error("a figure that is the same in every trial of both tests nothing")
		}
	}
	if n := len(d.Run.Compared()); n != 2 {
		t.Errorf("%d contestants, want ws-gorilla and tcp", n)
	}
}

// A false verdict in one group of blocks is a share of the groups.
func TestFalseVerdictsByGroups(t *testing.T) {
	x, y := make([]float64, 30), make([]float64, 30)
	for i := range x {
		x[i], y[i] = float64(100+i%2), float64(101-i%2)
		if i < 6 {
			x[i] = 90 + float64(i)
		}
	}
	if got := inGroups(x, y, 0); got != (tried{comparisons: 5, wrong: 1}) {
		t.Errorf("%+v, want one of five", got)
	}
	if got := inGroups(x[:5], y[:5], 0); got != (tried{}) {
		t.Errorf("%+v of fewer blocks than an interval needs", got)
	}
}

func TestStallsAndLayers(t *testing.T) {
	d := example(t)
	d.Run.Stalls = map[string]float64{"burst": 1}
	for i := range d.Histograms { // half a second for everyone
		if h := &d.Histograms[i]; h.Phase == "burst" && h.Metric == "delivery_latency" {
			h.HDR = encoded(t, h.Count, 500e6)
		}
	}
	got := checksOf(t, d)
	if r := got["ws-gorilla delivery_latency_p999@burst"]; r.Known != 1 || r.OK || math.Abs(r.Read-0.5) > 0.001 {
		t.Errorf("a stop of 1 s seen as half: %+v", r)
	}
	if _, ok := got["ws-gorilla memory_layers_per_connection"]; ok {
		t.Error("layers are checked against the machine with 400 connections")
	}
	for i := range d.Samples {
		d.Samples[i].Connections *= 100
	}
	if r := checksOf(t, d)["ws-gorilla memory_layers_per_connection"]; !r.OK || !(r.Known > 0) {
		t.Errorf("layers with 40000 connections: %+v", r)
	}
}
