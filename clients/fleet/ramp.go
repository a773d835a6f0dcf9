package fleet

import (
	"context"
	"fmt"
	"sync"
)

// ramp counts the connections of one Ramp call until each has its greeting or has failed.
type ramp struct {
	total  int
	left   sync.WaitGroup
	mu     sync.Mutex
	failed int
	first  error
}

// begin counts one more connection; wait must not have been called yet.
func (r *ramp) begin() {
	r.total++
	r.left.Add(1)
}

func (r *ramp) done() { r.left.Done() }

func (r *ramp) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed++; r.failed == 1 {
		r.first = err
	}
}

// wait returns when every connection is done, with what failed, or when ctx ends.
func (r *ramp) wait(ctx context.Context) error {
	if !waited(ctx, &r.left) {
		return context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed > 0 {
		return fmt.Errorf("%d of %d connections failed, the first with: %w", r.failed, r.total, r.first)
	}
	return nil
}
