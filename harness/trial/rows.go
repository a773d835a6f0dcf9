package trial

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Sources beside the probes.
const (
	sourceTrial  = "trial"  // the conductor's own account
	sourceAgent  = "agent"  // the fleet
	sourceServer = "server" // what the publisher says of itself
)

// rows collects one trial's part of samples.csv and histograms.csv.
type rows struct {
	results.Rows
	like  results.Sample // run, scenario, lane, block, trial
	begin time.Time
	err   error
}

func (r *rows) sample(phase string, connections int, source, metric, unit string, value float64) {
	s := r.like
	s.Phase, s.Connections, s.Source, s.Metric, s.Unit, s.Value = phase, connections, source, metric, unit, value
	s.Process, s.At = results.ProcessOf(source), time.Since(r.begin)
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

// counts records the audit of a broadcast phase.
func (r *rows) counts(phase string, connections int, report wire.Report) {
	for _, c := range []struct {
		metric, unit string
		n            uint64
	}{
		{"expected", results.Count, report.Expected},
		{"received", results.Count, report.Received},
		{"lost", results.Count, report.Lost},
		{"duplicated", results.Count, report.Duplicated},
		{"reordered", results.Count, report.Reordered},
		{"missed", results.Count, report.Missed},
		{"replayed", results.Count, report.Replayed},
		{"others", results.Count, report.Others},
		{"bytes", results.Bytes, report.Bytes},
		{"wakeups", results.Count, report.Wakeups},
		{"dropped", results.Count, report.Dropped},
		{"unread", results.Bytes, report.Unread},
		{"user_stamped", results.Count, report.UserStamped},
		{"compared", results.Count, report.Compared},
	} {
		if c.metric == "reordered" && report.Overtaken > 0 {
			continue // by the publisher at least: what the server did is not known
		}
		r.sample(phase, connections, sourceAgent, c.metric, c.unit, float64(c.n))
	}
	if report.Overtaken > 0 {
		r.sample(phase, connections, sourceAgent, "overtaken", results.Count, float64(report.Overtaken))
	}
}

// uplinks records the audit of what clients sent.
func (r *rows) uplinks(phase string, connections int, u wire.Uplinks) {
	for _, c := range []struct {
		metric, unit string
		n            uint64
	}{
		{"uplinks_due", results.Count, u.Due},
		{"uplinks_sent", results.Count, u.Sent},
		{"uplinks_confirmed", results.Count, u.Confirmed},
		{"uplinks_lost", results.Count, u.Due - min(u.Confirmed, u.Due)},
		{"uplinks_unasked", results.Count, u.Unasked},
		{"uplink_written", results.Bytes, u.Written},
		{"uplink_read", results.Bytes, u.Read},
		{"uplink_connections", results.Count, uint64(u.Connections)}, //nolint:gosec // a count
	} {
		r.sample(phase, connections, sourceAgent, c.metric, c.unit, float64(c.n))
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

// behaviour records what became of the clients in a phase in which something may.
func (r *rows) behaviour(phase string, connections int, c wire.Counts) {
	for _, row := range []struct {
		metric string
		n      float64
	}{
		{"connections", float64(c.Connections)},
		{"away", float64(c.Away)},
		{"returned", float64(c.Returned)},
		{"unheard", float64(c.Unheard)},
		{"retried", float64(c.Retried)},
		{"left", float64(c.Left)},
		{"closed", float64(c.Closed)},
		{"cut", float64(c.Cut)},
		{"silent", float64(c.Silent)},
		{"slow", float64(c.Slow)},
		{"slow_cut", float64(c.SlowCut)},
		{"slow_received", float64(c.SlowReceived)},
	} {
		r.sample(phase, connections, sourceAgent, row.metric, results.Count, row.n)
	}
}

// handshakes records those of TLS, where there were any.
func (r *rows) handshakes(phase string, connections int, c wire.Counts) {
	if c.TLSHandshakes == 0 {
		return
	}
	r.sample(phase, connections, sourceAgent, "tls_handshakes", results.Count, float64(c.TLSHandshakes))
	r.sample(phase, connections, sourceAgent, "tls_resumed", results.Count, float64(c.TLSResumed))
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
