package conform

import (
	"context"
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
)

// byID is a decoder that resumes as an EventSource does: after the last id, as the server wrote it.
type byID interface {
	LastEventID() string
	Resume(t wire.Target) (request []byte)
}

// resumeByID lets a subscriber miss messages, and come back with the id of the last one it had. A server of others may give
// ids for another reason: it is asked for all only where it sends some.
func resumeByID(ctx context.Context, h *session) error {
	const missed = 3
	s, err := h.one(ctx, wire.Live)
	if err != nil {
		return err
	}
	d, ok := s.decoder.(byID)
	if !ok {
		return SkipReason("its transport has no ids")
	}
	had, err := h.follow(ctx, s, 1, s.greeting+1)
	if err != nil {
		return err
	}
	_ = s.Close()
	id := d.LastEventID()
	if id == "" {
		return SkipReason("it gives its messages no ids")
	}
	if _, err := h.broadcast(ctx, missed, 64); err != nil {
		return err
	}
	again, err := subscribe(ctx, h.client, s.target, s.decoder, d.Resume(s.target))
	if err != nil {
		return fmt.Errorf("resumed behind id %.80q: %w", id, err)
	}
	again.mark = h.mark
	h.all = append(h.all, again)
	last, err := h.wake(ctx, []*Subscriber{again})
	if err == nil {
		if stamp, _ := wire.ParseStamp(again.payloads[0]); h.target.External != nil && stamp.Seq > had.Through+missed {
			return SkipReason("it gives ids, and sends nothing again to who comes back with one")
		}
		err = again.run(ctx, had.Through, last)
	}
	if err != nil {
		return fmt.Errorf("resumed behind id %.80q: %w", id, err)
	}
	return nil
}
