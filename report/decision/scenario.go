package decision

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"strings"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

//go:embed scenario.yaml.tmpl
var scenarioTemplate string

// Bounds of what is measured, so that one machine holds servers and load, and a run ends in minutes.
const (
	mostConnections = 5000
	mostDeliveries  = 10000 // a second: a sixth to a half of a core for the lanes that there are
	fewConnections  = 100   // fewer give no slope of memory
	enoughMessages  = 10
)

// phaseCut is the broadcast in which connections are cut.
const phaseCut = "cut"

// pace is how slow messages may be, as they are waited for, and how short a phase.
type pace struct {
	rate     float64
	shortest time.Duration
	silent   time.Duration // the idle phase, with one heartbeat
	warmup   float64       // seconds
}

// broadcast is one to measure.
type broadcast struct {
	Name   string
	Rate   float64
	Size   int
	For    time.Duration
	Warmup int
}

// plan is what the template of the scenario sees.
type plan struct {
	results.Workload

	Lanes          string
	Levels         []int
	MessageRate    float64 // measured, as UplinkRate is
	UplinkRate     float64
	For, UplinkFor time.Duration
	Heartbeat      time.Duration
	Warmup, Blocks int
	Broadcasts     []broadcast // of loads with messages of their own
	Reconnect      bool
	Cut            string
}

// Scenario is the source of the one that measures what a decision about the workload needs. Its lanes are those people compare first.
// Sizes are the workload's, and so are rates that are not too slow to wait for; users are as many of them as one machine holds
// beside the load. Quick: a tenth of them.
func Scenario(w results.Workload, quick bool) ([]byte, error) {
	p := pace{rate: 2, shortest: 4 * time.Second, silent: 5 * time.Second, warmup: 3}
	if quick {
		p = pace{rate: 5, shortest: 2 * time.Second, silent: time.Second, warmup: 1}
	}
	first := p.broadcast(results.Demand{Workload: w}, math.Inf(1))
	n := min(w.Users, mostConnections, int(mostDeliveries/first.Rate))
	if quick {
		n /= 10
	}
	n = max(n, fewConnections)
	in := plan{
		Workload: w, Lanes: lanes(w), Levels: []int{n / 8, n / 4, n / 2, n}, MessageRate: first.Rate, UplinkFor: p.shortest, Heartbeat: p.silent,
		For: first.For, Warmup: first.Warmup, Blocks: stats.MinTrials, Cut: phaseCut, Reconnect: w.Reconnects > 0,
	}
	sent := w.ClientRate
	p.shortest /= 2
	for _, l := range w.Loads {
		if l.Broadcast(w) {
			in.Broadcasts = append(in.Broadcasts, p.broadcast(l, max(first.Rate, mostDeliveries/float64(n))))
		}
		sent, in.Reconnect = max(sent, l.ClientRate), in.Reconnect || l.Reconnects > 0
	}
	if sent > 0 {
		in.UplinkRate = max(sent, 1/in.UplinkFor.Seconds()) // one message of each at least
	}
	t, err := template.New("scenario").Parse(scenarioTemplate)
	if err != nil {
		return nil, fmt.Errorf("decision: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, in); err != nil {
		return nil, fmt.Errorf("decision: %w", err)
	}
	return b.Bytes(), nil
}

// broadcast is that of a load: long enough for some messages, and not faster than the most.
func (p pace) broadcast(l results.Demand, most float64) broadcast {
	rate := min(max(l.Rate, p.rate), most)
	return broadcast{
		Name: l.Name, Rate: rate, Size: l.Size, Warmup: min(int(p.warmup*rate)+1, 100),
		For: max(time.Duration(math.Ceil(enoughMessages/rate))*time.Second, p.shortest),
	}
}

// lanes are those people compare first.
func lanes(w results.Workload) string {
	all := []string{"ws-gorilla", "sse-gin", "longpoll"}
	if w.Path == results.PathTLS {
		for i := range all {
			all[i] += "+tls"
		}
	}
	return strings.Join(all, ", ")
}
