package decision

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// even is where servers of one's own begin to cost less than something else, or more, as one property grows from least to most.
type even struct {
	least, most float64
	at          stats.Interval // without a center: nowhere, or the trials disagree
	below       bool           // up to there own servers cost no more
	above       bool           // and from there on
	known       bool           // false: a figure is missing
	disagree    bool           // some trials have another order than others
}

// never tells that the order is the same from least to most.
func (e even) never() bool { return e.below == e.above }

// evenAt looks for it in each trial of a lane. How much more own servers cost there is NaN where it is not known. Costs are steps, as
// whole instances are: of several crossings it finds one.
func (d *Decision) evenAt(lane string, least, most float64, more func(block int, f figures, v float64) float64) even {
	e := even{least: least, most: most}
	var at []float64
	orders := map[[2]bool]bool{}
	for block, f := range d.trials[lane] {
		low, high := more(block, f, least), more(block, f, most)
		if math.IsNaN(low) || math.IsNaN(high) {
			continue
		}
		order := [2]bool{low <= 0, high <= 0}
		orders[order] = true
		if order[0] != order[1] {
			at = append(at, edge(least, most, func(v float64) bool { return (more(block, f, v) <= 0) == order[0] }))
		}
		e.below, e.above = order[0], order[1]
	}
	e.known, e.disagree, e.at = len(orders) > 0, len(orders) > 1, stats.Median(nil)
	if !e.disagree {
		e.at = stats.Median(at)
	}
	return e
}

// edge is the smallest value, to 15 digits, that is not like low; high is not. It halves ratios: both are above 0.
func edge(low, high float64, like func(v float64) bool) float64 {
	for range 64 {
		if v := math.Sqrt(low) * math.Sqrt(high); like(v) {
			low = v
		} else {
			high = v
		}
	}
	return high
}

// own is the option that costs least on servers of one's own, of those that push and can be picked; false: no bill of one is known.
func (d *Decision) own() (best billed, ok bool) {
	for _, l := range d.options() {
		b := d.billed(l)
		pushes := l.Transport != shortPolling && l.Tag != results.TagFloor
		if pushes && b.kind.Name != "" && !math.IsNaN(b.bill.total()) && (!ok || b.bill.total() < best.bill.total()) {
			best, ok = b, true
		}
	}
	return best, ok
}

// ownTotal is what a workload costs on a lane in one trial, on whichever kind of instance is cheapest for it.
func (d *Decision) ownTotal(w results.Workload, l results.Lane, f figures) float64 {
	_, b, ok := d.Prices.cheapest(needsOf(w, l, f))
	if !ok {
		return math.NaN()
	}
	return b.total()
}

// gatewayProperties is THE TABLE of what a gateway is compared over. The other loads of a workload grow with the usual one.
func gatewayProperties() []property {
	return []property{
		{
			name: "users", least: 1,
			of: func(w results.Workload) float64 { return float64(w.Users) },
			with: func(w *results.Workload, v float64) {
				grown := v / float64(w.Users)
				w.Users, w.Loads = int(v), slices.Clone(w.Loads)
				for i := range w.Loads {
					w.Loads[i].Users = max(1, int(float64(w.Loads[i].Users)*grown))
				}
			},
		},
		{
			name: "messages a second to each user",
			of:   func(w results.Workload) float64 { return w.Rate },
			with: func(w *results.Workload, v float64) {
				grown := v / w.Rate
				w.Rate, w.Loads = v, slices.Clone(w.Loads)
				for i := range w.Loads {
					w.Loads[i].Rate *= grown
				}
			},
		},
	}
}

// evenWith compares own servers with a gateway, from one user, or from a hundredth of the rate, to a hundred times what there is.
func (d *Decision) evenWith(g Gateway, own billed, p property) even {
	now, least := p.of(d.Workload), p.least
	if least == 0 {
		least = now / far
	}
	return d.evenAt(own.lane.Name, least, now*far, func(_ int, f figures, v float64) float64 {
		w := d.Workload
		p.with(&w, v)
		return d.ownTotal(w, own.lane, f) - g.bill(w)
	})
}

// againstGateway says what a gateway costs, and where that turns.
func (d *Decision) againstGateway(g Gateway, own billed) string {
	cost := g.bill(d.Workload)
	text := fmt.Sprintf("%s costs %s a month", g.Name, d.money(cost))
	if total := own.bill.total(); total > 0 {
		text += fmt.Sprintf(", %s %s on own servers", words.Ratio(cost/total), own.lane.Name)
	}
	text += "."
	for _, p := range gatewayProperties() {
		text = words.Join(text, d.evenWith(g, own, p).inWords(own.lane.Name, g.Name, p.name))
	}
	return text
}

// inWords says where own servers begin to cost less, as a property grows.
func (e even) inWords(own, other, property string) string {
	span := fmt.Sprintf("from %s to %s %s", words.Count.Number(e.least), words.Count.Number(e.most), property)
	switch {
	case !e.known:
		return "How that changes with " + property + " is not known."
	case e.disagree:
		return fmt.Sprintf("The trials disagree about which costs less %s.", span)
	case e.never() && e.below:
		return fmt.Sprintf("%s never costs less %s.", other, span)
	case e.never():
		return fmt.Sprintf("Own servers never cost less %s.", span)
	}
	cheaper, dearer := own, other
	if e.below {
		cheaper, dearer = other, own
	}
	at := words.Join(words.Count.Number(e.at.Center), words.Count.Interval(e.at.Center, e.at.Low, e.at.High))
	return fmt.Sprintf("%s costs less from %s %s on, and %s below.", cheaper, at, property, dearer)
}

// shortPolling is the transport that asks again and again.
const shortPolling = "poll"

// How often clients may ask, in seconds: more often they would better be pushed to, and more rarely nobody would call it real time.
const (
	oftenest = 0.1
	rarest   = 3600
)

// polled are the needs of clients that ask every so many seconds, on a lane that asked at the interval of its run. An answer
// without messages costs the CPU that it did in the idle phase; what an answer has beside its messages is of one length; and a message
// costs what remains. NaN: a figure is missing.
func (d *Decision) polled(l results.Lane, f figures, every float64) []needs {
	all := needsOf(d.Workload, l, f)
	for i, load := range d.loads() {
		interval, rate := math.NaN(), math.NaN()
		if d.Run.Poll != nil {
			interval = *d.Run.Poll
		}
		if measured := d.conditions(load.Name); measured.Rate > 0 {
			rate = measured.Rate
		}
		f, users := f.under(load.Name), float64(load.Users)
		empty := f.of(perIdle) * interval
		message := math.Max(0, f.of(perMessage)-f.of(perIdle)/rate)
		head := math.Max(0, f.of(perMessageBytes)-f.of(payloadBytes)) * rate * interval
		all[i].cores = users * (empty/every + load.Rate*message)
		if load.ClientRate > 0 {
			all[i].cores += users * load.ClientRate * f.of(perUplink)
		}
		all[i].traffic = 8 * users * ((head+headers)/every + load.Rate*float64(load.Size))
	}
	return all
}

// evenPolling compares own servers that push with those that are polled, over the seconds between two requests of a client; false: no
// option is polled.
func (d *Decision) evenPolling(own billed) (even, bool) {
	options := d.options()
	i := slices.IndexFunc(options, func(l results.Lane) bool { return l.Transport == shortPolling })
	if i < 0 {
		return even{}, false
	}
	return d.evenAt(own.lane.Name, oftenest, rarest, func(block int, f figures, every float64) float64 {
		_, b, ok := d.Prices.cheapest(d.polled(options[i], d.trials[options[i].Name][block], every))
		if !ok {
			return math.NaN()
		}
		return d.ownTotal(d.Workload, own.lane, f) - b.total()
	}), true
}

// pollingInWords says how often clients may ask for the money that pushing costs.
func (e even) pollingInWords(own string) string {
	switch {
	case e.disagree:
		return fmt.Sprintf("The trials disagree about how often clients may poll for what %s costs.", own)
	case e.never() && e.below:
		return fmt.Sprintf("Short polling costs no less than %s, even where a client asks once an hour.", own)
	case e.never():
		return fmt.Sprintf("Short polling costs less than %s, even where a client asks every %s.", own, words.Seconds.Number(oftenest))
	}
	at := words.Join(words.Seconds.Number(e.at.Center), words.Seconds.Interval(e.at.Center, e.at.Low, e.at.High))
	return fmt.Sprintf("Short polling costs less than %s where a client asks every %s or more rarely; a message is then %s late on average, or more.",
		own, at, words.Seconds.Number(e.at.Center/2))
}
