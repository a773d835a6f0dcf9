package trial

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Sources other than the probes.
const (
	sourceTrial     = "trial"     // the coordinator's own account
	sourceAgent     = "agent"     // the fleet
	sourcePublisher = "publisher" // the process that publishes, if it is a separate one
	sourceServer    = "server"    // of the publisher itself
)

// rows collects one trial's part of samples.csv and histograms.csv.
type rows struct {
	results.Rows
	like  results.Sample // run, scenario, lane, block, trial
	begin time.Time
	err   error
}

func (r *rows) sample(phase string, connections int, source, metric, unit string, value float64) {
	r.of(results.ProcessOf(source), phase, connections, source, metric, unit, value)
}

// reading records what a probe has read of a process.
func (r *rows) reading(phase string, connections int, v node.Reading) {
	r.of(v.Process, phase, connections, v.Source, v.Metric, v.Unit, v.Value)
}

func (r *rows) of(process, phase string, connections int, source, metric, unit string, value float64) {
	s := r.like
	s.Phase, s.Connections, s.Source, s.Metric, s.Unit, s.Value = phase, connections, source, metric, unit, value
	s.Process, s.At = process, time.Since(r.begin)
	r.Samples = append(r.Samples, s)
}

func (r *rows) histograms(phase string, connections int, source string, encoded map[string]wire.Histogram) {
	for _, metric := range slices.Sorted(maps.Keys(encoded)) {
		if encoded[metric] == "" {
			continue // not known of this lane
		}
		h, err := encoded[metric].Decode()
		if err != nil {
			r.err = fmt.Errorf("%s of phase %s: %w", metric, phase, err)
			return
		}
		r.Histograms = append(r.Histograms, results.HistogramRow{
			Run: r.like.Run, Scenario: r.like.Scenario, Lane: r.like.Lane, Level: r.like.Level, Block: r.like.Block, Trial: r.like.Trial,
			Connections: connections, Phase: phase, Process: results.ProcessOf(source), Source: source, Metric: metric, Unit: "ns",
			Count: h.TotalCount(), HDR: string(encoded[metric]),
		})
	}
}

// counts records what the load counted, as far as phases of a kind have it.
func (r *rows) counts(phase string, connections int, kind string, c wire.Counts) {
	for row := range c.Rows(kind) {
		if row.Name == "reordered" && c.Overtaken > 0 {
			continue // by the publisher at least: what the server did is not known
		}
		r.sample(phase, connections, sourceAgent, row.Name, row.Unit, row.Value)
	}
}

// given records what became of a publisher process's messages: how often a server took one, had it refused or may have it.
func (r *rows) given(phase string, connections int, given []wire.Given) {
	if given == nil {
		return // servers number their messages themselves
	}
	var taken, refused, unknown uint64
	for _, g := range given {
		taken, refused, unknown = taken+g.Taken.Count(), refused+g.Refused.Count(), unknown+g.Unknown.Count()
	}
	r.sample(phase, connections, sourcePublisher, "taken", results.Count, float64(taken))
	r.sample(phase, connections, sourcePublisher, "refused", results.Count, float64(refused))
	r.sample(phase, connections, sourcePublisher, "unknown", results.Count, float64(unknown))
}

// handshakes records those of TLS, where there were any.
func (r *rows) handshakes(phase string, connections int, c wire.Counts) {
	if c.TLSHandshakes > 0 {
		r.counts(phase, connections, wire.RowsOfTLS, c)
	}
}

// last is the newest value of a metric in a phase.
func (r *rows) last(phase, source, metric string) (v float64, known bool) {
	for _, s := range slices.Backward(r.Samples) {
		if s.Phase == phase && s.Source == source && s.Metric == metric {
			return s.Value, true
		}
	}
	return 0, false
}

// spreads records, one value per message, the time from its first arrival to its last.
func (r *rows) spreads(phase string, connections int, spreads []wire.Spread) error {
	h := wire.NewHistogram()
	for _, s := range spreads {
		if s.First != 0 {
			wire.Record(h, s.Last-s.First)
		}
	}
	encoded, err := wire.EncodeHistogram(h)
	if err != nil {
		return err
	}
	r.histograms(phase, connections, sourceTrial, map[string]wire.Histogram{"fanout_spread": encoded})
	return nil
}

// losses records which messages did not reach every connection.
func (r *rows) losses(phase string, connections int, missed []wire.Spread) {
	for _, s := range missed {
		r.Losses = append(r.Losses, results.Loss{
			Run: r.like.Run, Scenario: r.like.Scenario, Lane: r.like.Lane, Level: r.like.Level, Block: r.like.Block, Trial: r.like.Trial,
			Connections: connections, Phase: phase, Message: s.Seq, Missed: connections - s.Count,
		})
	}
}
