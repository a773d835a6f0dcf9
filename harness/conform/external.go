package conform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// Why checks cannot be asked of a server that is not ours.
const (
	greetsNobody = SkipReason("it sends no greeting: the head of its answer confirms, and messages after it may be missed")
	ownNumbers   = SkipReason("it resumes by its own numbers")
	ownPaths     = SkipReason("its paths are its own")
)

// settled are subscribers that begin together at a server that greets nobody. Some of those answer before they subscribe:
// messages are published until everybody has had one, and behind the last of them the check begins.
func (h *session) settled(ctx context.Context, n int) ([]*Subscriber, error) {
	all, last, err := h.receiving(ctx, n)
	if err != nil {
		return nil, err
	}
	if err := arrives(ctx, all, last); err != nil {
		return nil, err
	}
	for _, s := range all {
		s.greeting, s.payloads, s.others = last, nil, nil
	}
	return all, nil
}

// receiving are subscribers that have had a message, and the number of the last one that was published. They follow redirects as the
// load does: all of them at once, as the answer may come with the first message.
func (h *session) receiving(ctx context.Context, n int) (all []*Subscriber, last uint64, err error) {
	for followed := 0; ; followed++ {
		if all, err = h.open(ctx, n, wire.Live); err == nil {
			last, err = h.wake(ctx, all)
		}
		var redirect *http1.RedirectError
		if !errors.As(err, &redirect) || followed == fleet.MaxRedirects {
			return all, last, err
		}
		h.hangUp()
		if h.target.Path, err = fleet.Follow(h.target, redirect); err != nil {
			return nil, 0, err
		}
	}
}

// wake publishes until every subscriber has had a message, and returns the number of the last one.
func (h *session) wake(ctx context.Context, all []*Subscriber) (last uint64, err error) {
	first := make(chan error, 1)
	go func() { first <- hadOne(ctx, all) }()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	answer := ""
	defer func() {
		if err != nil && answer != "" {
			err = fmt.Errorf("%w; publish was answered %s", err, answer)
		}
	}()
	for {
		done, err := h.broadcast(ctx, 1, 64)
		answer = cmp.Or(done.Answer, answer)
		if err != nil {
			h.hangUp()
			if failed := <-first; ctx.Err() != nil {
				err = failed
			}
			return 0, err
		}
		select {
		case err := <-first:
			return done.Through, err
		case <-again.C:
		}
	}
}
