package plots

import (
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// latencyPercentiles shows the whole tail at a glance: every nine takes as much room as the one before it.
func latencyPercentiles(v *view) (picture, error) {
	if v.Broadcast() == "" {
		return skip("the run has no broadcast phase"), nil
	}
	all, err := v.distributions(v.Broadcast(), "delivery_latency")
	if err != nil {
		return picture{}, err
	}
	all = slices.DeleteFunc(all, func(one distribution) bool { return lastNine(one.merged) <= 0 })
	if len(all) == 0 {
		return skip("too few latencies were recorded in phase %s", v.Broadcast()), nil
	}
	metric := "delivery_latency_p99"
	sentence := v.sentence(metric, phrasing{"delivers 99% of its messages within", ""})
	if len(v.Known(metric)) == 0 {
		metric = "delivery_latency_p50"
		sentence = v.sentence(metric, phrasing{"delivers half of its messages within", ""})
	}
	if len(v.Known(metric)) == 0 {
		sentence = "Latencies of all messages"
	}
	how := "from the intended publish to the arrival, " + v.at(v.Broadcast())
	lines := curves(all, tail)
	pic := linePicture(lanesOf(all), func(shown []results.Lane) *plot.Plot { return percentilePanel(lines, shown) }, trialLineEntries(all)...)
	pic.caption = words.Join(v.caption(sentence, how, metric), v.absent(lanesOf(all)))
	return pic, nil
}

func percentilePanel(all []curve, shown []results.Lane) *plot.Plot {
	p := panel("percentile of deliveries", "latency")
	p.Add(grid(true))
	last := 0.0
	low, high := addCurves(p, all, shown, func(xy plotter.XYs) (low, high float64) {
		last = max(last, xy[len(xy)-1].X)
		return xy[0].Y, xy[len(xy)-1].Y
	})
	nines(&p.X, last, len(all) <= MostLines)
	logarithmic(&p.Y, low, high, words.Seconds)
	return p
}

// tail returns latency over nines, as far as the number of values carries it.
func tail(h *hdrhistogram.Histogram) plotter.XYs {
	last := lastNine(h)
	if last <= 0 {
		return nil
	}
	var percentiles []float64
	at := []float64{nine(1)} // the luckiest delivery would stretch the axis of all
	for i := 1; float64(i)*0.04 < last; i++ {
		at = append(at, float64(i)*0.04)
	}
	at = append(at, last)
	for _, x := range at {
		percentiles = append(percentiles, 100*(1-math.Pow(10, -x)))
	}
	var xy plotter.XYs
	for i, v := range h.ValueAtPercentilesSlice(percentiles) {
		xy = append(xy, plotter.XY{X: at[i], Y: positive(v)})
	}
	return xy
}

// lastNine is the last place on the axis of nines that the number of values carries: p99 needs 1 000, p99.9 10 000
// (rule 10), so that at least ten values lie beyond every percentile drawn.
func lastNine(h *hdrhistogram.Histogram) float64 {
	if h.TotalCount() < 10 {
		return 0
	}
	return math.Log10(float64(h.TotalCount())) - 1
}
