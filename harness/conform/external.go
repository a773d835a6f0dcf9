package conform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Why clauses cannot be asked of a server that is not ours.
const (
	greetsNobody = Inapplicable("it greets nobody: the head of its answer confirms, and messages may be missed behind it")
	ownNumbers   = Inapplicable("it resumes by numbers of its own")
	ownPaths     = Inapplicable("its paths are its own")
)

// settle has subscribers begin together at a server that greets nobody. Some of those answer before they subscribe: messages
// are published until everybody has had one, and behind the last of them the clause begins.
func (h *hearing) settle(ctx context.Context, all []*Subscriber) error {
	last, err := h.wake(ctx, all)
	if err != nil {
		return err
	}
	for i, s := range all {
		if err := s.await(ctx, func() bool { return s.last(0) >= last }); err != nil {
			return fmt.Errorf("subscriber %d: message %d did not come: %w", i+1, last, err)
		}
		s.greeting, s.payloads = last, nil
	}
	return nil
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
			if err := s.await(ctx, func() bool { return len(s.payloads) > 0 }); err != nil {
				read[i] = fmt.Errorf("subscriber %d: no message: %w", i+1, err)
			}
		})
	}
	readers.Wait()
	return errors.Join(read...)
}
