package conform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// Why clauses cannot be asked of a server that is not ours.
const (
	greetsNobody = Inapplicable("it greets nobody: the head of its answer confirms, and messages may be missed behind it")
	ownNumbers   = Inapplicable("it resumes by numbers of its own")
	ownPaths     = Inapplicable("its paths are its own")
)

// join opens n subscriptions to a server that greets nobody. Some of those answer before they subscribe: messages are
// published until everybody has had one, and behind the last of them the clause begins.
func (h *hearing) join(ctx context.Context, n int, after uint64) ([]*Subscriber, error) {
	if after != wire.Live {
		return nil, ownNumbers
	}
	var out []*Subscriber
	for range n {
		s, err := dial(ctx, h.client, h.target, after)
		if err != nil {
			return nil, fmt.Errorf("subscribe: %w", err)
		}
		h.all, out = append(h.all, s), append(out, s)
		if err := s.Until(ctx, s.decoder.Head); err != nil {
			return nil, fmt.Errorf("subscribe: %w", err)
		}
	}
	last, err := h.wake(ctx, out)
	if err != nil {
		h.hangUp()
		return nil, err
	}
	for i, s := range out {
		if err := s.Until(ctx, func() bool { return s.last(0) >= last }); err != nil || s.last(0) != last {
			return nil, fmt.Errorf("subscriber %d: message %d did not come: %w", i+1, last, errors.Join(err, context.Cause(ctx)))
		}
		s.greeting, s.payloads = last, nil
	}
	return out, nil
}

// wake publishes until every subscriber has had a message, and returns the number of the last one.
func (h *hearing) wake(ctx context.Context, all []*Subscriber) (last uint64, err error) {
	awake := make(chan error, 1)
	go func() { awake <- hadOne(ctx, all) }()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		done, err := h.broadcast(ctx, 1, 64)
		if err != nil {
			h.hangUp()
			return 0, errors.Join(err, <-awake)
		}
		select {
		case err := <-awake:
			return done.Through, err
		case <-again.C:
		}
	}
}

// hadOne returns when every subscriber has had a message.
func hadOne(ctx context.Context, all []*Subscriber) error {
	var readers sync.WaitGroup
	read := make([]error, len(all))
	for i, s := range all {
		readers.Go(func() {
			err := s.Until(ctx, func() bool { return len(s.payloads) > 0 })
			if err == nil && len(s.payloads) == 0 {
				err = errors.New("the connection has ended")
			}
			if err != nil {
				read[i] = fmt.Errorf("subscriber %d: no message: %w", i+1, err)
			}
		})
	}
	readers.Wait()
	return errors.Join(read...)
}
