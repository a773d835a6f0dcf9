package conform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// received is the number of client messages that a server has taken.
const received = "uplink/received"

// uplinks has the clients of a fleet send while the server broadcasts.
func uplinks(ctx context.Context, h *session) error {
	before, err := h.taken(ctx)
	if err != nil {
		return err
	}
	target := h.target
	target.Uplink = true
	client, err := clients.ClientOf(target)
	if err != nil {
		return err
	}
	f, err := fleet.New(fleet.Options{Engine: fleet.Goroutines, Reader: fleet.Eager}, client)
	if err != nil {
		return err
	}
	defer f.Stop(ctx)
	report, err := h.talk(ctx, f, target)
	if err != nil {
		return err
	}
	u := report.Counts
	if u.UplinksConfirmed != u.UplinksDue || u.UplinksUnasked > 0 {
		return fmt.Errorf("of %d messages of clients %d were confirmed, and %d confirmations came again or of nothing", u.UplinksDue, u.UplinksConfirmed, u.UplinksUnasked)
	}
	if report.Received != report.Expected {
		return fmt.Errorf("meanwhile %d of %d messages of the server came", report.Received, report.Expected)
	}
	after, err := h.taken(ctx)
	if err == nil && after-before != float64(u.UplinksSent) {
		err = fmt.Errorf("clients sent %d messages, and the server received %v", u.UplinksSent, after-before)
	}
	return err
}

// taken is how many messages of clients the server has taken, where it takes any.
func (h *session) taken(ctx context.Context) (float64, error) {
	s, ok := h.server.(counter)
	if !ok {
		return 0, SkipReason("the server does not count what it receives")
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return 0, err
	}
	n, counts := stats[received]
	if !counts {
		return 0, SkipReason("the server takes no messages of its subscribers")
	}
	return n, nil
}

// talk lets a fleet's clients subscribe and talk.
func (h *session) talk(ctx context.Context, f *fleet.Fleet, target wire.Target) (wire.Report, error) {
	const connections, each, messages = 10, 20, 50
	if err := f.Ramp(ctx, wire.Ramp{Targets: []wire.Target{target}, Connections: connections, Agents: 1}); err != nil {
		return wire.Report{}, fmt.Errorf("subscribe: %w", err)
	}
	if err := f.OpenUplinks(ctx, wire.OpenUplinks{Agents: 1}); err != nil {
		return wire.Report{}, fmt.Errorf("open uplinks: %w", err)
	}
	sent := make(chan error, 1)
	go func() { sent <- f.Send(ctx, wire.Send{Rate: 200, Count: each, Size: 128}) }()
	done, err := h.broadcast(ctx, messages, 128)
	if err := errors.Join(err, <-sent); err != nil {
		return wire.Report{}, err
	}
	// What has not come when ctx ends is lost.
	return f.Collect(ctx, wire.Collect{After: done.After, Through: done.Through, Timeout: time.Hour})
}
