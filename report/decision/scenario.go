package decision

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
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

// pace is how slow messages may be, as they are waited for, and how short a phase.
type pace struct {
	rate     float64
	shortest time.Duration
	silent   time.Duration // the idle phase, with one heartbeat
	warmup   float64       // seconds
}

// plan is what the template of the scenario sees.
type plan struct {
	results.Workload

	Levels         []int
	MessageRate    float64 // measured, as UplinkRate is
	UplinkRate     float64
	For, UplinkFor time.Duration
	Heartbeat      time.Duration
	Warmup, Blocks int
}

// Scenario is the source of the one that measures what a decision about the workload needs. Its lanes are those people compare first.
// Sizes are the workload's, and so are rates that are not too slow to wait for; users are as many of them as one machine holds
// beside the load. Quick: a tenth of them.
func Scenario(w results.Workload, quick bool) ([]byte, error) {
	p := pace{rate: 2, shortest: 4 * time.Second, silent: 5 * time.Second, warmup: 3}
	if quick {
		p = pace{rate: 5, shortest: 2 * time.Second, silent: time.Second, warmup: 1}
	}
	rate := max(w.Rate, p.rate)
	n := min(w.Users, mostConnections, int(mostDeliveries/rate))
	if quick {
		n /= 10
	}
	n = max(n, fewConnections)
	in := plan{
		Workload: w, Levels: []int{n / 8, n / 4, n / 2, n}, MessageRate: rate, UplinkFor: p.shortest, Heartbeat: p.silent,
		For:    max(time.Duration(math.Ceil(enoughMessages/rate))*time.Second, p.shortest),
		Warmup: min(int(p.warmup*rate)+1, 100), Blocks: stats.MinTrials,
	}
	if w.ClientRate > 0 {
		in.UplinkRate = max(w.ClientRate, 1/p.shortest.Seconds()) // one message of each at least
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
