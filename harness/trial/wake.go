package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// wakeAfter is how long behind the end of a ramp's schedule connections may be without a byte of an answer before a message is
// published for them, and then another.
const wakeAfter = 500 * time.Millisecond

// rampUp opens connections. An SSE server that is not ours may send the head of its response with its first event, as handlers
// do that flush behind an event only: there a message confirms what nothing else would.
func (t *trial) rampUp(ctx context.Context, r wire.Ramp) error {
	if r.Targets[0].Foreign == nil || r.Targets[0].Transport != "sse" {
		return t.fleet.Ramp(ctx, r)
	}
	ramped := make(chan error, 1)
	go func() { ramped <- t.fleet.Ramp(ctx, r) }()
	wait := t.scenario.Ramp.Duration(r.Connections) + wakeAfter
	for {
		select {
		case err := <-ramped:
			return t.unanswered(err, r)
		case <-time.After(wait):
		}
		wait = wakeAfter
		if err := t.wake(ctx); err != nil {
			return errors.Join(err, <-ramped)
		}
	}
}

// wake publishes a message if there are connections without an answer.
func (t *trial) wake(ctx context.Context) error {
	waiting, err := t.fleet.Report(ctx, wire.Collect{Peek: true})
	if err != nil || waiting.Unanswered == 0 {
		return err
	}
	t.woken = true
	b := wire.Broadcast{Rate: 1000, Count: 1, Size: wire.StampSize, Mark: t.mark}
	if err := t.fleet.Expect(ctx, wire.Expect{After: t.last, Rate: b.Rate, Content: b.Content()}); err != nil {
		return err
	}
	published, err := t.server.Broadcast(ctx, b)
	t.last = max(t.last, published.Through)
	return err
}

// unanswered adds to the error of a ramp how far connections came.
func (t *trial) unanswered(err error, r wire.Ramp) error {
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), wakeAfter) // that of the phase has ended
	defer cancel()
	waiting, failed := t.fleet.Report(ctx, wire.Collect{Peek: true})
	if failed != nil || waiting.Unanswered == 0 {
		return err
	}
	return fmt.Errorf("%d of %d connections were accepted and got no byte of an answer, a published message included: %w",
		waiting.Unanswered, r.Connections, err)
}

// withoutHandshakes leaves out of a ramp's report the times that were waited for a message of ours.
func (t *trial) withoutHandshakes(report wire.Report) wire.Report {
	if !t.woken {
		return report
	}
	t.warn("phase %s: the server sends no response head before its first event: a published message confirmed each subscription, "+
		"and how long handshakes take is not known", results.PhaseRamp)
	for _, metric := range []string{"response_head", "handshake", "delivery_latency", "generator_delay"} {
		delete(report.Histograms, metric)
	}
	t.rows.sample(results.PhaseRamp, report.Connections, sourceTrial, results.Woken, results.Count, 1)
	return report
}
