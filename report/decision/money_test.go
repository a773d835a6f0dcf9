package decision

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// polling is a made-up run with a lane that polls once a second, and what it is to decide.
func polling(t *testing.T, edit func(*fixture.Shape)) (*results.Data, results.Workload) {
	t.Helper()
	s := fixture.Usual()
	s.NoHistograms = true
	s.Lanes = append(s.Lanes, results.Lane{Name: "poll", Transport: "poll", Tag: "default", About: "a request a second"})
	s.Run = func(r *results.Run) {
		every, heartbeat := 1.0, 15.0
		r.Poll, r.Heartbeat, r.Traffic = &every, &heartbeat, map[string]results.Traffic{"steady": {Rate: 2, Kind: "text", Size: 128}}
	}
	if edit != nil {
		edit(&s)
	}
	d, _ := s.Loaded(t)
	return d, results.Workload{Users: 20000, Rate: 1, Size: 300}
}

// priced is the page of a decision with prices.
func priced(t *testing.T, d *results.Data, w results.Workload, p *Prices) string {
	t.Helper()
	page, err := New(d, w, nil)
	fixture.Must(t, err)
	page.Prices = p
	var b bytes.Buffer
	fixture.Must(t, page.Markdown(&b))
	return b.String()
}

func TestGoldenWithPrices(t *testing.T) {
	d, w := polling(t, nil)
	p, err := LoadPrices("aws")
	fixture.Must(t, err)
	fixture.Golden(t, "decision-prices.md", []byte(priced(t, d, w, p)))
}

// The other way round: compute is what counts, and egress is in its price.
func TestGoldenOfOwnPrices(t *testing.T) {
	d, w := polling(t, func(s *fixture.Shape) { s.Lanes = s.Lanes[:3] })
	p, err := ParsePrices("ours.yaml", []byte(strings.Replace(sound, "4TB", "400TB", 1)))
	fixture.Must(t, err)
	fixture.Golden(t, "decision-own-prices.md", []byte(priced(t, d, w, p)))
}

// What is missing is not known, and the parts that are known stay.
func TestCostsWithoutFigures(t *testing.T) {
	p, err := LoadPrices("aws")
	fixture.Must(t, err)
	d, w := polling(t, func(s *fixture.Shape) { s.Keep = func(r results.Sample) bool { return r.Source != "schedstat" } })
	page := priced(t, d, w, p)
	for _, want := range []string{
		"| compute | not known | not known | not known | not known |", "| egress | 1", "| instances | not known |",
		"Which line of the bill decides is not known",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	d, w = polling(t, func(s *fixture.Shape) { s.Run = nil })
	page = priced(t, d, w, p) // of which nobody knows how large its messages were
	for _, want := range []string{"| compute | 59.6 ", "| egress | not known |", "| total | not known |", "| instances | 1 m7g.large |"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	d, w = polling(t, nil)
	p.Instances[0].Memory.Value = 1 << 20
	if page := priced(t, d, w, p); !strings.Contains(page, "| tightest | no kind of instance has the memory for the process alone |") {
		t.Error(page)
	}
}

// Instances hold the largest load, and traffic is that of the usual one.
func TestCostsOfLoads(t *testing.T) {
	d, w := polling(t, nil)
	p, err := LoadPrices("aws")
	fixture.Must(t, err)
	line := func(page, begins string) string {
		_, rest, _ := strings.Cut(page, "\n"+begins)
		row, _, _ := strings.Cut(rest, "\n")
		return row
	}
	before := priced(t, d, w, p)
	peak := w
	peak.Users = 40 * w.Users
	w.Loads = []results.Demand{{Name: "peak", Workload: peak}}
	page := priced(t, d, w, p)
	if line(page, "| egress |") != line(before, "| egress |") || !strings.HasPrefix(line(page, "| instances |"), " 3 m7g.large | ") || strings.Count(line(page, "| tightest |"), "under load peak") != 4 {
		t.Error(page)
	}
}

// drawn are prices of a few kinds of instances, and needs.
func drawn(t *rapid.T) (*Prices, needs) {
	amount := func(label string, least, most float64) Amount {
		return Amount{Value: rapid.Float64Range(least, most).Draw(t, label)}
	}
	p := &Prices{Headroom: amount("headroom", 0, 0.9), Network: Network{Out: amount("out", 0, 1e-9)}}
	for range rapid.IntRange(1, 3).Draw(t, "kinds") {
		p.Instances = append(p.Instances, Instance{
			Name: "kind", Cores: rapid.Float64Range(0.1, 64).Draw(t, "cores"), Memory: amount("memory", 1e9, 1e12),
			Descriptors: rapid.Float64Range(1e3, 1e6).Draw(t, "descriptors"), Price: amount("price", 0, 10), Included: amount("included", 0, 1e13),
		})
	}
	return p, needs{
		cores: rapid.Float64Range(0, 1e3).Draw(t, "busy"), process: rapid.Float64Range(0, 9e8).Draw(t, "process"),
		memory: rapid.Float64Range(0, 1e13).Draw(t, "connections"), sockets: float64(rapid.IntRange(0, 1e7).Draw(t, "sockets")),
		traffic: rapid.Float64Range(0, 1e11).Draw(t, "traffic"),
	}
}

// More traffic costs more, never by more than the first price, and the bill has no step where a price changes.
func TestVolumes(t *testing.T) {
	n := Network{Out: Amount{Value: 9}, Beyond: []Volume{{Amount{Value: 10}, Amount{Value: 8}}, {Amount{Value: 50}, Amount{Value: 5}}}}
	for bytes, want := range map[float64]float64{0: 0, 4: 36, 10: 90, 11: 98, 50: 410, 52: 420} {
		if got := n.cost(bytes); got != want {
			t.Errorf("%v bytes cost %v, want %v", bytes, got, want)
		}
	}
	if got := n.cost(math.NaN()); !math.IsNaN(got) {
		t.Errorf("traffic that is not known costs %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, more := rapid.Float64Range(0, 100).Draw(t, "bytes"), rapid.Float64Range(0, 100).Draw(t, "more")
		if step := n.cost(a+more) - n.cost(a); step < 5*more-1e-9 || step > 9*more+1e-9 {
			t.Errorf("%v bytes more than %v cost %v more", more, a, step)
		}
	})
}

// Instances hold what they must, and one fewer would not. The total is the sum of its lines, and the cheapest kind costs no more than any.
func TestBills(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, n := drawn(t)
		_, least, ok := p.cheapest([]needs{n})
		if !ok {
			t.Fatal("no kind holds it")
		}
		for _, i := range p.Instances {
			holds := func(k float64) bool {
				const rounding = 1 + 1e-12
				return k >= 1 && k*i.Cores*(1-p.Headroom.Value)*rounding >= n.cores && k*(i.Memory.Value-n.process)*rounding >= n.memory && k*i.Descriptors*rounding >= n.sockets
			}
			b := p.bill(i, []needs{n})
			if !holds(b.instances) || holds((b.instances-1)*(1-1e-9)) || b.instances != math.Trunc(b.instances) {
				t.Fatalf("%v instances of %+v for %+v", b.instances, i, n)
			}
			if b.total() != b.compute+b.egress || b.compute < 0 || b.egress < 0 || least.total() > b.total() {
				t.Fatalf("%+v, the cheapest %+v", b, least)
			}
			if full := b.tightest.instances / b.instances; full < 0 || full > 1+1e-12 {
				t.Fatalf("%+v is %v full", b, full)
			}
		}
	})
}

// More users never cost less, as long as no traffic comes with the instances: with it, one instance more may save more than it costs.
func TestBillsGrowWithUsers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawn(t)
		for i := range p.Instances {
			p.Instances[i].Included.Value = 0
		}
		f := figures{heartbeat: 5, payloadBytes: 100, base: 1e7}
		for _, m := range []string{perConnectionAfter, perMessage, perMessageBytes, perIdle} {
			f[m] = rapid.Float64Range(1e-9, 1e5).Draw(t, m)
		}
		f[perMessageBytes] += 100
		last := 0.0
		for users := 1; users < 1e7; users *= 3 {
			_, b, _ := p.cheapest(needsOf(results.Workload{Users: users, Rate: 1, Size: 100}, results.Lane{}, f))
			if b.total() < last*(1-1e-12) {
				t.Fatalf("%d users cost %v, and a third of them %v", users, b.total(), last)
			}
			last = b.total()
		}
	})
}

// A bill by hand.
func TestBillOfKnownNeeds(t *testing.T) {
	p, err := LoadPrices("aws")
	fixture.Must(t, err)
	for name, c := range map[string]struct {
		n               needs
		instances       float64
		tightest        string
		compute, egress float64
	}{
		"CPU":             {needs{cores: 1.5, process: 1e7, memory: 4e9, sockets: 20000, traffic: 8e6}, 2, "CPU", 2 * 0.0816 * 730, 1e6 * 730 * 3600 * 0.09 / 1e9},
		"memory":          {needs{cores: 0.1, process: 1e9, memory: 3 * 7.5e9}, 3, "memory", 3 * 0.0816 * 730, 0},
		"descriptors":     {needs{process: 1e7, memory: 1, sockets: 2*1048576 + 1}, 3, "descriptors", 3 * 0.0816 * 730, 0},
		"next to nothing": {needs{cores: 0.01, process: 1e7, memory: 1, sockets: 1}, 1, "CPU", 0.0816 * 730, 0},
	} {
		b := p.bill(p.Instances[0], []needs{c.n})
		if b.instances != c.instances || b.tightest.name != c.tightest || math.Abs(b.compute-c.compute) > 1e-9 || math.Abs(b.egress-c.egress) > 1e-9 {
			t.Errorf("%s: got %+v, want %+v", name, b, c)
		}
	}
	// 1,000 users a month are 43.8 million connection minutes; 33 kB are two messages of 32 KB.
	w := results.Workload{Users: 1000, Rate: 0.5, Size: 33000, ClientRate: 0.5}
	want := 43.8*0.25 + 2*1000*730*3600/1e6 + 1000*0.5*730*3600*33052*0.09/1e9
	if got := p.Gateways[0].bill(w); math.Abs(got-want) > 1e-6 {
		t.Errorf("the gateway costs %v, want %v", got, want)
	}
}

// On the side that is named cheaper nothing costs more.
func TestEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, slope := rapid.Float64Range(-100, 100).Draw(t, "start"), rapid.Float64Range(-100, 100).Draw(t, "slope")
		step := rapid.Float64Range(0.1, 10).Draw(t, "step")
		more := func(_ int, _ figures, v float64) float64 { return start + slope*math.Ceil(v/step) }
		d := &Decision{trials: map[string]map[int]figures{"a": {1: {}, 2: {}, 3: {}, 4: {}, 5: {}, 6: {}}}}
		e := d.evenAt("a", 0.01, 1000, more)
		low, high := more(0, nil, 0.01) <= 0, more(0, nil, 1000) <= 0
		switch {
		case !e.known || e.disagree || e.below != low || e.above != high:
			t.Fatalf("%+v, below %v, above %v", e, low, high)
		case e.never():
			return
		case !e.at.OK || e.at.Center < 0.01 || e.at.Center > 1000:
			t.Fatalf("%+v", e)
		case (more(0, nil, e.at.Center) <= 0) != high, (more(0, nil, e.at.Center*(1-1e-12)) <= 0) != low:
			t.Fatalf("%v is not where it turns: %v, %v", e.at.Center, more(0, nil, e.at.Center*(1-1e-12)), more(0, nil, e.at.Center))
		}
	})
}

// Trials that disagree give no value, and those without figures none at all.
func TestNowhereEven(t *testing.T) {
	d := &Decision{trials: map[string]map[int]figures{"a": {1: {}, 2: {}}}}
	e := d.evenAt("a", 1, 10, func(block int, _ figures, v float64) float64 { return float64(block) - 1.5 })
	if !e.disagree || !math.IsNaN(e.at.Center) {
		t.Errorf("%+v", e)
	}
	e = d.evenAt("a", 1, 10, func(int, figures, float64) float64 { return math.NaN() })
	if e.known || !strings.Contains(e.inWords("own", "other", "users"), "is not known") {
		t.Errorf("%+v", e)
	}
}

// What clients of short polling cost falls with the time between their requests.
func TestPolled(t *testing.T) {
	d, w := polling(t, nil)
	page, err := New(d, w, nil)
	fixture.Must(t, err)
	page.Prices, err = LoadPrices("aws")
	fixture.Must(t, err)
	poll := page.options()[3]
	f := page.typical(poll.Name)
	at := func(every float64) needs { return page.polled(poll, f, every)[0] }
	for every := oftenest; every < rarest; every *= 2 {
		if a, b := at(every), at(2*every); a.cores <= b.cores || a.traffic <= b.traffic || math.IsNaN(b.cores) || math.IsNaN(b.traffic) {
			t.Errorf("every %v s %+v, every %v s %+v", every, a, 2*every, b)
		}
	}
	// As often as in the run, and at its rate, it costs what it did there.
	page.Workload = results.Workload{Users: 1000, Rate: page.measured[usual].Rate, Size: page.measured[usual].Size}
	a, b := at(*page.Run.Poll), needsOf(page.Workload, poll, f)[0]
	if math.Abs(a.cores/b.cores-1) > 1e-9 {
		t.Errorf("%v cores, measured %v", a.cores, b.cores)
	}
	page.Run.Poll = nil
	if n := at(1); !math.IsNaN(n.cores) || !math.IsNaN(n.traffic) {
		t.Errorf("without the interval of the run: %+v", n)
	}
}
