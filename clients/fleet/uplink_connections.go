package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// OpenUplinks opens an uplink connection for each client whose subscription carries no messages of its own, and returns when
// all have been confirmed or have failed; where subscriptions carry them, nothing is opened.
func (f *Fleet) OpenUplinks(ctx context.Context, req wire.OpenUplinks) error {
	if err := req.Check(); err != nil {
		return err
	}
	r := &ramp{}
	all, err := f.prepareUplinks(r)
	if err != nil {
		return err
	}
	if err := f.connectUplinks(ctx, req, all, r); err != nil {
		return err
	}
	return r.wait(ctx)
}

// connectUplinks begins the connections, each when it is due.
func (f *Fleet) connectUplinks(ctx context.Context, req wire.OpenUplinks, all []*conn, r *ramp) error {
	defer f.engine.pace()()
	start := wire.Now()
	for i, c := range all {
		c.opening.intended = start
		if req.PerSecond > 0 {
			c.opening.intended += int64(float64(i*req.Agents+req.Agent) * float64(time.Second) / req.PerSecond)
			wire.PaceUntil(c.opening.intended)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r.begin()
		f.engine.open(c)
	}
	return nil
}

// prepareUplinks makes the connections that are missing; each belongs to the recorder of its client, whose account it shares.
func (f *Fleet) prepareUplinks(r *ramp) (all []*conn, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.lockShards()()
	for c := range f.clients() {
		if !c.greeted || c.ended || c.slow || c.blackholed || c.hasUplink() {
			continue
		}
		if f.post == nil {
			return nil, errors.New("clients of this transport have no way to send messages")
		}
		u := c.uplink()
		if u == nil {
			u = c.begin(nil)
		}
		one := &conn{
			decoder: f.post(), recorder: c.recorder, number: c.number, uplinkOnly: true,
			opening: &opening{ramp: r, after: wire.Live},
		}
		f.aim(one.opening, one.number)
		u.connection = one
		all = append(all, one)
	}
	return all, nil
}

// CloseUplinks ends the uplink connections.
func (f *Fleet) CloseUplinks(context.Context, wire.Nothing) error {
	var all []*conn
	f.mu.Lock()
	unlock := f.lockShards()
	for c := range f.clients() {
		if u := c.uplink(); u != nil && u.connection != nil && u.connection.uplinkOnly {
			c.conclude()
			u.connection.closing = true
			all = append(all, u.connection)
			u.connection = nil
		}
	}
	unlock()
	f.mu.Unlock()
	for _, c := range all {
		f.engine.leave(c, false)
	}
	return nil
}

// partner is the uplink connection of the client, if there is one.
func (c *conn) partner() *conn {
	if u := c.uplink(); u != nil && u.connection != nil && u.connection.uplinkOnly {
		return u.connection
	}
	return nil
}
