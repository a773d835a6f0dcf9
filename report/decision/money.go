package decision

import (
	"math"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// A month is the twelfth part of a year of 8,760 hours, as clouds bill it.
const (
	hoursAMonth   = 730
	secondsAMonth = hoursAMonth * 3600
)

// needs are what a load takes of instances, which share it evenly.
type needs struct {
	load    string  // its name
	cores   float64 // busy
	process float64 // bytes of memory that the process on each instance takes by itself
	memory  float64 // bytes that all connections take
	sockets float64 // descriptors that all connections take
	traffic float64 // bits a second out
}

// needsOf are those of each load of a workload on a lane in one trial, of the usual one first. Memory is that after traffic.
// NaN: a figure is missing.
func needsOf(w results.Workload, l results.Lane, f figures) (all []needs) {
	for _, load := range loadsOf(w) {
		under, users := f.under(load.Name), float64(load.Users)
		n := needs{
			load: load.Name, cores: cores(load.Workload, under), process: under.of(base), memory: users * under.of(perConnectionAfter),
			traffic: traffic(load.Workload, under),
		}
		if !l.UDP {
			n.sockets = users
		}
		all = append(all, n)
	}
	return all
}

// bill is what a workload costs a month on instances of one kind.
type bill struct {
	instances float64 // NaN: not known, or no number holds it
	tightest  limit   // the one that asks for most of them
	compute   float64
	egress    float64 // of traffic out, beyond what is in the price of the instances
}

func (b bill) total() float64 { return b.compute + b.egress }

// limit is something that fills an instance.
type limit struct {
	name      string
	load      string  // under which
	instances float64 // that it asks for, as a fraction; infinite: no number holds it
}

// limits is THE TABLE of what fills an instance, of whose cores the headroom stays free.
func (i Instance) limits(n needs, headroom float64) []limit {
	return []limit{
		{"CPU", n.load, n.cores / (i.Cores * (1 - headroom))},
		{"memory", n.load, n.memory / math.Max(0, i.Memory.Value-n.process)},
		{"descriptors", n.load, n.sockets / i.Descriptors},
	}
}

// bill is what loads cost a month on instances of a kind: as many as hold each of them, one at least, and the traffic of the first.
func (p *Prices) bill(i Instance, loads []needs) bill {
	out := bill{instances: 1}
	for _, n := range loads {
		for _, l := range i.limits(n, p.Headroom.Value) {
			out.instances = math.Max(out.instances, math.Ceil(l.instances)) // NaN stays NaN
			if out.tightest.name == "" || l.instances > out.tightest.instances {
				out.tightest = l
			}
		}
	}
	if math.IsInf(out.instances, 1) {
		out.instances = math.NaN()
	}
	out.compute = out.instances * i.Price.Value * hoursAMonth
	included := 0.0
	if i.Included.Value > 0 {
		included = out.instances * i.Included.Value
	}
	out.egress = p.Network.cost(math.Max(0, loads[0].traffic/8*secondsAMonth-included))
	return out
}

// cheapest is the kind on which loads cost least, the first of equals, and what they cost there: without egress, where that is not
// known. False: none holds them, or what they need is not known.
func (p *Prices) cheapest(loads []needs) (kind Instance, least bill, ok bool) {
	lowest := math.Inf(1)
	for _, i := range p.Instances {
		b := p.bill(i, loads)
		cost := b.total()
		if math.IsNaN(cost) {
			cost = b.compute
		}
		if cost < lowest {
			kind, least, lowest, ok = i, b, cost, true
		}
	}
	return kind, least, ok
}

// bill is what the gateway costs a month under the usual load. Its framing is not known: a message takes its own bytes and the headers below it.
// What clients send is taken to be as long as what they get.
func (g Gateway) bill(w results.Workload) float64 {
	units := 1.0
	if g.Metered.Value > 0 {
		units = math.Ceil(float64(w.Size) / g.Metered.Value)
	}
	users := float64(w.Users)
	return g.Base.Value +
		users*hoursAMonth*60*g.Connection.Value +
		users*(w.Rate+w.ClientRate)*secondsAMonth*units*g.Message.Value +
		users*w.Rate*secondsAMonth*float64(w.Size+headers)*g.Out.Value
}

// typical are the median figures of a lane.
func (d *Decision) typical(lane string) figures {
	f := d.constants()
	for metric, row := range d.rows[lane] {
		if row.N > 0 {
			f[metric] = row.Median
		}
	}
	return f
}

// billed is an option on the kind of instance on which its median figures cost least.
type billed struct {
	lane results.Lane
	kind Instance // without a name: none holds it, or its figures are not known
	bill bill     // of the median figures
}

func (d *Decision) billed(l results.Lane) billed {
	kind, b, _ := d.Prices.cheapest(needsOf(d.Workload, l, d.typical(l.Name)))
	return billed{l, kind, b}
}

// costs are a part of the bill of each option.
func (d *Decision) costs(name, unit string, part func(bill) float64) []results.SummaryRow {
	of := map[string]billed{}
	for _, l := range d.Run.Lanes {
		of[l.Name] = d.billed(l)
		if l.Control { // on the instances of what it is the control of
			of[l.Name] = billed{lane: l, kind: of[l.Of].kind}
		}
	}
	return d.reduced(results.Metric{Name: name, Unit: unit, Better: stats.Lower}, func(lane string, f figures) float64 {
		b := of[lane]
		return part(d.Prices.bill(b.kind, needsOf(d.Workload, b.lane, f)))
	})
}
