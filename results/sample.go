// Package results is the data of an experiment: one row per measured value, one per histogram, and the record of the run
// they belong to. It is between measuring and showing: trials write these files, statistics, charts and report read
// only them, so that everything can be redrawn in a year without the machine.
package results

import "time"

// Sample is one measured value: a row of samples.csv. A metric is a value, not a column, so that a new one changes no
// reader.
type Sample struct {
	Run         string
	Scenario    string
	Lane        string
	Level       string        // of the varied factor, as the scenario writes it; empty: nothing is varied
	Block       int           // 1-based; every contestant runs once in a block
	Trial       int           // 1-based serial number of the attempt within the run; never used twice
	Connections int           // open when the value was taken, or opened by the phase it covers
	Phase       string        // baseline, ramp, idle, a broadcast's name, traced, after, drain
	At          time.Duration // since the trial began
	Process     string        // whose value it is: server, server-2, load, publisher, proxy-NAME, coordinator or host
	Source      string        // who measured: a probe's name, agent, server, trial
	Metric      string
	Unit        string // s, B or 1
	Value       float64
}

// HistogramRow is one histogram: a row of histograms.csv.
type HistogramRow struct {
	Run         string
	Scenario    string
	Lane        string
	Level       string
	Block       int
	Trial       int
	Connections int
	Phase       string
	Process     string
	Source      string
	Metric      string
	Unit        string // ns: what the histogram's integers count
	Count       int64
	HDR         string // HdrHistogram V2, compressed, base64: mergeable, and read by every HdrHistogram library
}

// Loss is a message that did not reach every connection: a row of losses.csv.
type Loss struct {
	Run         string
	Scenario    string
	Lane        string
	Level       string
	Block       int
	Trial       int
	Connections int // that should have received it
	Phase       string
	Message     uint64 // its sequence number, from 1 in a fresh server process
	Missed      int    // connections it never arrived at
}

// Rows are what one trial adds to the files.
type Rows struct {
	Samples    []Sample
	Histograms []HistogramRow
	Losses     []Loss

	found *found   // of one trial that is asked for many figures
	of    []string // roles that figures of servers are summed over instead
}

// Units of Sample.Unit and SummaryRow.Unit.
const (
	Seconds = "s"
	Bytes   = "B"
	Count   = "1"
	Hertz   = "Hz"
)

// Phases that every trial can have; broadcast phases carry the names the scenario gives them.
const (
	PhaseBaseline    = "baseline"     // server alone
	PhaseRamp        = "ramp"         // connections opening
	PhaseLevel       = "level"        // a connection count reached, fresh: memory is sampled here
	PhaseIdle        = "idle"         // all connections, heartbeats only
	PhaseWarmup      = "warmup"       // as the first broadcast, before it: has no rows
	PhaseWarmed      = "warmed"       // behind the warm-up, where clients come and go: memory is sampled here
	PhaseTraced      = "traced"       // as the first broadcast, while the kernel is asked what the server does; not every trial's
	PhaseUplinkRamp  = "uplink-ramp"  // connections opening of their own that clients send on
	PhaseUplinkLevel = "uplink-level" // behind all messages of clients, these connections still open: memory is sampled here
	PhaseAfter       = "after"        // idle again, after traffic
	PhaseDrain       = "drain"        // server told to stop
)
