package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// wakeAfter is how long behind the end of a ramp's schedule connections are looked at that may be without a byte of an answer, and
// then again: sooner where patience would end before.
const wakeAfter = 500 * time.Millisecond

// lastLook is how long the look behind a failed ramp may take, on a machine that may be too busy for the ramp.
const lastLook = 5 * time.Second

// rampUp opens connections. A server of streams that is not ours may send the head of its response with its first message, as handlers
// do that flush behind one only: there a message confirms what nothing else would.
func (t *trial) rampUp(ctx context.Context, r wire.Ramp) error {
	x := r.Targets[0].External
	if x != nil && x.Confirmed != "" {
		return t.unconfirmed(t.fleet.Ramp(ctx, r), x.Confirmed)
	}
	if x == nil || r.Targets[0].Transport == "websocket" { // whose upgrade confirms it
		return t.fleet.Ramp(ctx, r)
	}
	ramped := make(chan error, 1)
	go func() { ramped <- t.fleet.Ramp(ctx, r) }()
	w := waker{trial: t, confirmed: -1}
	pause := min(wakeAfter, t.scenario.Patience/4)
	wait := t.ramped.takes(r.Connections) + pause
	for {
		select {
		case err := <-ramped:
			t.woken = t.woken || w.published && w.unaided == 0
			return w.unanswered(err, r)
		case <-time.After(wait):
		}
		wait = pause
		if err := w.look(ctx); err != nil {
			return errors.Join(err, <-ramped)
		}
	}
}

// unconfirmed adds to the error of a ramp what came in place of the message that confirms a subscription.
func (t *trial) unconfirmed(err error, text string) error {
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastLook) // that of the phase has ended
	defer cancel()
	seen, failed := t.fleet.Report(ctx, wire.Collect{Peek: true})
	switch {
	case failed != nil || seen.Connections > t.open:
		return err
	case len(seen.Instead.Payload) > 0:
		return fmt.Errorf("no message with %q confirmed a subscription; the first one begins with %s: %w", text, shown(seen.Instead.Payload), err)
	default:
		return fmt.Errorf("no message with %q confirmed a subscription, and no other came: does the server expect one first? %w", text, err)
	}
}

// waker distinguishes a server that waits for a message of ours from a slow one: of the latter some connections are confirmed
// without one.
type waker struct {
	*trial
	confirmed int  // connections at the last look
	published bool // a message, to wake the server
	unaided   int  // connections of this ramp that were confirmed before that
}

// look publishes a message if connections are without an answer, and none has got one since the last look.
func (w *waker) look(ctx context.Context) error {
	now, err := w.fleet.Report(ctx, wire.Collect{Peek: true})
	if err != nil || now.Unanswered == 0 {
		return err
	}
	if now.Connections > w.confirmed {
		w.confirmed = now.Connections
		return nil
	}
	if !w.published {
		w.published, w.unaided = true, now.Connections-w.open
	}
	b := wire.Broadcast{Rate: 1000, Count: 1, Size: wire.StampSize, Mark: w.mark}
	if err := w.fleet.Expect(ctx, wire.Expect{After: w.last, Rate: b.Rate, Content: b.Content()}); err != nil {
		return err
	}
	published, err := w.server.Broadcast(ctx, b)
	w.last = max(w.last, published.Through)
	return err
}

// unanswered adds to the error of a ramp how far connections came.
func (w *waker) unanswered(err error, r wire.Ramp) error {
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastLook) // that of the phase has ended
	defer cancel()
	waiting, failed := w.fleet.Report(ctx, wire.Collect{Peek: true})
	if failed != nil || waiting.Unanswered == 0 {
		return err
	}
	included := ""
	if w.published {
		included = ", a published message included"
	}
	return fmt.Errorf("%d of %d connections were accepted and got no byte of an answer%s: %w", waiting.Unanswered, r.Connections, included, err)
}

// withoutHandshakes leaves out of a ramp's report the times that were waited for a message of ours.
func (t *trial) withoutHandshakes(report wire.Report) wire.Report {
	if !t.woken {
		return report
	}
	t.warn(results.PhaseRamp, results.NoHead, nil)
	for _, metric := range []string{"response_head", "handshake", "delivery_latency", "generator_delay"} {
		delete(report.Histograms, metric)
	}
	t.rows.sample(results.PhaseRamp, report.Connections, sourceTrial, results.Woken, results.Count, 1)
	return report
}
