package trial

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Broadcast publishes messages to all connections; it ends when every connection has the last one, or patience does.
type Broadcast struct {
	Name    scenario.PhaseName `json:"name" jsonschema_description:"Name of the phase, its own within the scenario, and none of the phases every trial can have. Default: broadcast." jsonschema_extras:"default=broadcast"`
	Rate    float64            `json:"rate" jsonschema:"required,exclusiveMinimum=0,maximum=1000000" jsonschema_description:"Unit: messages per second. Rate × for gives 1 to 100000 messages. Required."`
	For     time.Duration      `json:"for" jsonschema:"required" jsonschema_description:"Length of the phase, up to 24h. Unit: a duration. Required."`
	Size    int                `json:"size" jsonschema:"minimum=16,maximum=1048576,default=128" jsonschema_description:"Size of a message, its 16 byte stamp included. Unit: bytes. Default: 128."`
	Payload string             `json:"payload" jsonschema:"enum=text,enum=json,enum=random,enum=binary,default=text" jsonschema_description:"What a message carries behind its stamp. text: dots, which compress to nothing; json: records as an API sends them; random: base64url digits, which hardly compress; binary: bytes of all values, for which SSE, JSON lines and polling pay base64. The seed decides all of them. Default: text."`
	Warmup  int                `json:"warmup" jsonschema:"minimum=0,maximum=100000,default=10" jsonschema_description:"Messages like the phase's own that go before it and are in no figure: the first ones grow stacks, pools and buffers, and cost more than all that follow. 0: the phase finds the server cold. Unit: messages. Default: 10."`
	Uplink  Meanwhile          `json:"uplink" jsonschema_description:"What clients send meanwhile: both directions at once."`
}

// Meanwhile is what each client sends during a broadcast.
type Meanwhile struct {
	Rate float64 `json:"rate" jsonschema:"minimum=0,maximum=1000,default=0" jsonschema_description:"Of each client. Unit: messages per second. Rate × for gives 1 to 100000 messages of each; 0: clients send nothing. Default: 0."`
	Size int     `json:"size" jsonschema:"minimum=16,maximum=4096,default=128" jsonschema_description:"Size of a message. Unit: bytes. Default: 128."`
}

// Named is what the phase is called.
func (b *Broadcast) Named() string { return string(b.Name) }

// Demand is its messages, and those before them.
func (b *Broadcast) Demand() scenario.Demand {
	return scenario.Demand{
		Before: b.warming(), For: b.For, Messages: b.Warmup + b.count(), Sends: b.Uplink.Rate > 0,
		Broadcast: &scenario.Traffic{Rate: b.Rate, Kind: b.Payload, Size: b.Size},
	}
}

// Validate wants messages that can be counted, and that every lane can be given.
func (b *Broadcast) Validate(c *scenario.Check) {
	if !countable(b.Rate, b.For) {
		c.Report("rate", "want 1 to %d messages in a phase, not %s per second for %v", wire.MaxCount, plainly(b.Rate), b.For)
	}
	if b.Uplink.Rate > 0 && !countable(b.Uplink.Rate, b.For) {
		c.Report("uplink", "want 1 to %d messages of each client in a phase, not %s per second for %v", wire.MaxCount, plainly(b.Uplink.Rate), b.For)
	}
	if float64(b.Warmup)/b.Rate > longestWarmup.Seconds() {
		c.Report("warmup", "%d messages at %s per second take longer than 24h", b.Warmup, plainly(b.Rate))
	}
	if name, ok := c.External(); ok && b.Payload == wire.PayloadBinary {
		c.Report("payload", "lane %s is not part of pushbench and is published to in text: want text, json or random", name)
	}
}

const longestWarmup = 24 * time.Hour

// count is the number of messages of the phase.
func (b *Broadcast) count() int { return count(b.Rate, b.For) }

func count(rate float64, d time.Duration) int {
	// A product such as 0.1/s × 30s must not lose its last message to binary fractions.
	return int(math.Floor(rate*d.Seconds() + 1e-6))
}

// plainly writes a rate as a file does.
func plainly(rate float64) string { return strconv.FormatFloat(rate, 'f', -1, 64) }

func countable(rate float64, d time.Duration) bool {
	return count(rate, d) >= 1 && rate*d.Seconds() <= wire.MaxCount
}

// warming is how long the messages of the warm-up take.
func (b *Broadcast) warming() time.Duration {
	return time.Duration(math.Ceil(float64(b.Warmup) / b.Rate * float64(time.Second))) // rounded up: count must find all of them
}

// like is the broadcast for so long, and clients send nothing.
func (b *Broadcast) like(d time.Duration) *Broadcast {
	return &Broadcast{Rate: b.Rate, For: d, Size: b.Size, Payload: b.Payload}
}

// sent is what clients send meanwhile. nil: nothing.
func (b *Broadcast) sent() *Uplink {
	if b.Uplink.Rate == 0 {
		return nil
	}
	return &Uplink{Rate: b.Uplink.Rate, For: b.For, Size: b.Uplink.Size}
}

func (b *Broadcast) run(ctx context.Context, t *trial, name string) error {
	if err := t.warmup(ctx, b); err != nil {
		return err
	}
	if err := t.warmed(ctx); err != nil {
		return err
	}
	t.progress(name, t.left-b.warming())
	if b.sent() != nil {
		if err := t.openUplinks(ctx); err != nil {
			return err
		}
	}
	_, err := t.broadcast(ctx, name, b, unwatched)
	return err
}

// warmup publishes as the phase behind it does, so that no figure contains what only the first messages cost: stacks that grow,
// pools and buffers that fill (rule 7 of the method). It has no rows; losses are warned of.
func (t *trial) warmup(ctx context.Context, b *Broadcast) error {
	if b.Warmup == 0 {
		return nil
	}
	t.progress(results.PhaseWarmup, t.left)
	warming := b.like(b.warming())
	ctx, cancel := t.limited(ctx, warming.For+t.scenario.Patience)
	defer cancel()
	published, report, err := t.publish(ctx, results.PhaseWarmup, warming)
	if err != nil {
		return fmt.Errorf("phase %s: %w", results.PhaseWarmup, err)
	}
	t.noteLosses(results.PhaseWarmup, warming, published, report)
	return nil
}

// warmed samples, before the first broadcast, what the server holds where clients come and go.
func (t *trial) warmed(ctx context.Context) error {
	if t.scenario.Fleet.Churn.Lifetime == 0 || t.warm {
		return nil
	}
	t.warm = true
	return t.level(ctx, results.PhaseWarmed)
}

// publish has the server publish a broadcast, and clients send meanwhile if they are to; it returns when every connection has
// the last message and every client's is confirmed, or patience ends. It is an error when messages differ from the published ones:
// such a lane has delivered nothing, however fast it was.
func (t *trial) publish(ctx context.Context, name string, b *Broadcast) (published wire.Published, report wire.Report, err error) {
	wanted := wire.Broadcast{Rate: b.Rate, Count: b.count(), Size: b.Size, Payload: b.Payload, Seed: t.scenario.Seed, Mark: t.mark}
	if err := t.fleet.Expect(ctx, wire.Expect{After: t.last, Rate: b.Rate, Content: wanted.Content()}); err != nil {
		return published, report, err
	}
	var both errgroup.Group
	both.Go(func() (err error) {
		published, err = t.server.Broadcast(ctx, wanted)
		return err
	})
	if u := b.sent(); u != nil {
		both.Go(func() error { return t.send(ctx, u) })
	}
	if err := both.Wait(); err != nil {
		return published, report, t.unpublished(err)
	}
	t.last = published.Through
	report, err = t.fleet.Report(ctx, wire.Collect{
		After: published.After, Through: published.Through, Last: published.Last, Timeout: t.scenario.Patience,
	})
	switch {
	case err != nil:
	case report.Changed > 0 && report.Instead.Cause != "": // not the server's doing
		err = errors.New(report.Instead.Cause)
	case report.Changed > 0:
		err = fmt.Errorf("%d of %d compared messages differ from the published ones", report.Changed, report.Compared)
	default:
		err = t.delivered(name, published, report)
	}
	return published, report, err
}

// broadcast is the phase itself. Watch is called around all of it.
func (t *trial) broadcast(ctx context.Context, name string, b *Broadcast, watch func(work func() error) error) (wire.Published, error) {
	var (
		published wire.Published
		report    wire.Report
	)
	err := t.phase(ctx, name, t.open, b.For+t.scenario.Patience, func(ctx context.Context) error {
		return watch(func() (err error) {
			published, report, err = t.publish(ctx, name, b)
			return err
		})
	})
	if report.Expected+report.Received > 0 {
		t.rows.counts(name, t.open, wire.RowsOfMessages, report.Counts) // of a phase that has failed, too
		t.rows.given(name, t.open, published.Given)
	}
	if err != nil {
		return published, err
	}
	if t.frame == 0 && report.Received > 0 {
		t.frame = int(math.Round(float64(report.Bytes) / float64(report.Received)))
	}
	if t.profiled() || t.upset(name) {
		t.rows.counts(name, t.open, wire.RowsOfClients, report.Counts)
		t.rows.handshakes(name, t.open, report.Counts)
	}
	t.rows.histograms(name, t.open, sourceAgent, report.Histograms)
	t.rows.histograms(name, t.open, sourceServer, map[string]wire.Histogram{
		"publish_lateness": published.Lateness, "sched_latency": published.Waits,
	})
	t.noteLosses(name, b, published, report)
	t.rows.losses(name, t.open, missed(published, report, t.open))
	if err := t.rows.spreads(name, t.open, report.Spreads); err != nil {
		return published, err
	}
	if b.sent() != nil {
		t.uplinked(name, report)
	}
	return published, t.checkDelays(name, report)
}

// unwatched is a broadcast that nothing disturbs.
func unwatched(work func() error) error { return work() }
