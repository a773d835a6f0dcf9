package fleet

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// Profile changes what the clients do from now on. With the zero value nobody comes back, and clients that are slow or
// blackholed leave.
func (f *Fleet) Profile(_ context.Context, p wire.Profile) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return nil
	}
	before := f.profile.Swap(&p)
	ends := p == wire.Profile{}
	var stragglers []*conn
	unlock := f.lockShards()
	for c := range f.clients() {
		switch {
		case !c.greeted || c.ended:
		case c.slow || c.blackholed:
			if ends {
				c.closing = true
				stragglers = append(stragglers, c)
			}
		case fraction(c.number) < p.Slow.Share:
			c.closeAudit(c.recorder)
			c.slow = true
		case p.Churn != before.Churn:
			f.limitLife(c, rand.Float64()) //nolint:gosec // no secret
		}
	}
	unlock()
	for _, c := range stragglers {
		f.engine.leave(c, false)
	}
	return nil
}

// Blackhole cuts a share of the clients off from the network, without the server being told.
func (f *Fleet) Blackhole(_ context.Context, b wire.Blackhole) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return nil
	}
	var all []*conn
	unlock := f.lockShards()
	for c := range f.clients() {
		if !c.greeted || c.ended || c.slow || c.blackholed || c.opening != nil || fraction(c.number) < 1-b.Share {
			continue
		}
		c.closeAudit(c.recorder)
		c.blackholed = true
		all = append(all, c)
		if p := c.partner(); p != nil && p.standing() {
			p.blackholed = true
			all = append(all, p)
		}
	}
	unlock()
	if len(all) > 0 {
		f.engine.blackhole(all)
	}
	return nil
}

// fraction spreads the numbers of the clients evenly over [0, 1), whichever of them one takes: multiples of the golden
// ratio are a low-discrepancy sequence (Knuth, The Art of Computer Programming, section 6.4).
func fraction(number uint32) float64 {
	const golden = 2654435769 // 2^32 divided by the golden ratio
	return float64(number*golden) / (1 << 32)
}

// limitLife ends the client's subscription after a part of the lifetime, if the fleet has one: a random part for those that
// are there already, so that they do not leave together.
func (f *Fleet) limitLife(c *conn, part float64) {
	if life := f.profile.Load().Churn.Lifetime; life > 0 {
		time.AfterFunc(time.Duration(part*float64(life)), func() { f.replace(c) })
	}
}

// retryReplace is how soon a client that is just coming back is asked again to leave.
const retryReplace = 10 * time.Millisecond

// replace lets a client whose lifetime is over leave.
func (f *Fleet) replace(c *conn) {
	r := c.recorder
	r.mu.Lock()
	over := f.profile.Load().Churn.Lifetime == 0 || c.ended || c.slow || c.blackholed || c.closing
	away := c.opening != nil
	c.leaving = !over && !away
	r.mu.Unlock()
	switch {
	case over:
	case away:
		time.AfterFunc(retryReplace, func() { f.replace(c) })
	default:
		f.engine.leave(c, true)
	}
}

// reopen connects a client that has been away, unless the profile has ended meanwhile, or one that is led elsewhere.
func (f *Fleet) reopen(c *conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := c.recorder
	r.mu.Lock()
	over := f.stopped || c.opening.redirects == 0 && *f.profile.Load() == wire.Profile{}
	if over {
		if ramp := c.opening.ramp; ramp != nil {
			ramp.fail(errStopped)
			ramp.done()
		}
		c.finish(r)
	} else {
		f.aim(c.opening, c.number)
	}
	r.mu.Unlock()
	if !over {
		f.engine.open(c)
	}
}

// forever is longer than any trial.
const forever = time.Duration(math.MaxInt64)

// pauseAfter is how long a reader of the given rate rests after n bytes.
func pauseAfter(n, bytesPerSecond int) time.Duration {
	if bytesPerSecond == 0 {
		return forever
	}
	return time.Duration(float64(n) / float64(bytesPerSecond) * float64(time.Second))
}

// delay is how long the client waits before it connects again after err; false: it does not.
func (c *conn) delay(err error) (time.Duration, bool) {
	policy := c.recorder.fleet.profile.Load().Reconnect
	if policy.Policy == wire.ReconnectEventSource {
		if refused := (*refusal)(nil); errors.As(err, &refused) {
			return 0, false // an EventSource takes a wrong status or content type, and 204, for final
		}
		if d, ok := c.decoder.(interface{ Retry() (time.Duration, bool) }); ok {
			if asked, ok := d.Retry(); ok {
				policy.Delay = c.within(asked, policy.Most)
			}
		}
	}
	attempts := 0
	if c.opening != nil {
		attempts = c.opening.attempts + 1
	}
	return delay(policy, attempts, rand.Float64()) //nolint:gosec // no secret
}

// within bounds how long a server may keep a client away: 0 does not. What it asked for beyond that is noted.
func (c *conn) within(asked, most time.Duration) time.Duration {
	if most == 0 || asked <= most {
		return asked
	}
	c.recorder.note(fmt.Sprintf("the server asks clients to wait %v before they come back (retry:), and they waited %v, fleet.reconnect.most", asked, most))
	return most
}

// delay is the policy's answer after so many failed attempts; random is from [0, 1).
func delay(policy wire.Reconnect, attempts int, random float64) (time.Duration, bool) {
	doubled := policy.Most
	if attempts < 32 && policy.Delay < policy.Most>>attempts {
		doubled = policy.Delay << attempts
	}
	switch policy.Policy {
	case wire.ReconnectFixed, wire.ReconnectEventSource:
		return policy.Delay, true
	case wire.ReconnectExponential:
		return doubled, true
	case wire.ReconnectJitter:
		return time.Duration(random * float64(doubled)), true
	default:
		return 0, false
	}
}
