package fleet

import (
	"errors"
	"io"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// end takes the end of the connection: nil or io.EOF from the socket, or what failed. What its client does next is a matter
// of its profile.
func (c *conn) end(err error) {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.ended {
		return
	}
	if err == io.EOF || c.crossed(err) { //nolint:errorlint // the engine passes the bare value when the socket ended
		err = c.decoder.EOF()
	}
	if c.opening != nil && err == nil {
		err = errors.New("the server closed before it confirmed the subscription")
	}
	followed, err := c.follow(r, err)
	if followed {
		return
	}
	switch {
	case c.uplinkOnly && c.closing:
		err = nil
	case c.uplinkOnly && err == nil && c.opening == nil:
		err = errors.New("the server closed a connection that clients post on")
	}
	r.count(c, err)
	c.forgets(r)
	c.dropUplink(r)
	switch o := c.opening; {
	case o != nil && o.ramp != nil:
		o.ramp.fail(err)
		o.ramp.done()
	case c.closing || c.blackholed || c.uplinkOnly:
	case c.leaving:
		c.closeAudit(r)
		c.leaving = false
		c.redial(&opening{after: wire.Live}, 0)
		return
	default:
		if delay, ok := c.delay(err); ok {
			c.reconnect(delay)
			return
		}
	}
	c.finish(r)
}

// disconnects are the texts of how connections ended, well or not.
func disconnects() wire.Texts { return wire.Texts{Most: 50, Others: "other causes"} }

// count files an end under what it was.
func (r *recorder) count(c *conn, err error) {
	switch {
	case err != nil:
		disconnects().Count(r.errors, cause(err), 1)
	case !c.uplinkOnly && !c.closing && !c.leaving:
		disconnects().Count(r.ends, c.cleanEnd(), 1)
	}
	if c.greeted && c.opening == nil && !c.uplinkOnly && !c.closing && !c.leaving && !c.slow && !c.blackholed {
		a := r.absence(c)
		a.left, a.took, a.confirmed = wire.Now(), 0, 0 // who came back and heard nothing was back for nothing
		if at, ok := r.lastBytes[c.number]; ok {
			r.record(silenceAtEnd, a.left-at)
		}
	}
	switch o := c.opening; {
	case c.uplinkOnly: // no client ends
	case o != nil && o.ramp != nil:
		r.Failed++
	case o != nil:
		r.Retried++
	case c.leaving:
		r.Left++
	case c.slow && !c.closing:
		r.SlowCut++
	case c.closing || err == nil:
		r.Closed++
	default:
		r.Cut++
	}
}

// cleanEnd says where the server ended a connection that it ended as the protocol wants, and what it stated as the reason.
func (c *conn) cleanEnd() string {
	if e, ok := c.decoder.(interface{ Ended() string }); ok && e.Ended() != "" {
		return c.endPlace() + ", " + e.Ended()
	}
	return c.endPlace()
}

func (c *conn) endPlace() string {
	u, ok := c.decoder.(interface{ Unfinished() bool })
	switch {
	case ok && u.Unfinished():
		return "inside an event"
	case c.audit.highest == notBegun || c.audit.span == 0:
		return "before any message"
	default:
		return "between messages"
	}
}

// finish ends the client for good.
func (c *conn) finish(r *recorder) {
	c.ended, c.opening = true, nil
	if !c.uplinkOnly {
		r.left(c)
	}
}

// closeAudit closes the account of a subscription that ends here by the client's own doing: what came after the newest message
// it has was not meant for it.
func (c *conn) closeAudit(r *recorder) {
	r.Expected += c.audit.due(r.counted, c.audit.highest)
	r.left(c)
	c.withdraw(r)
	c.audit = audit{highest: notBegun}
}

// reconnect makes the client resume its subscription after a delay.
func (c *conn) reconnect(delay time.Duration) {
	next := &opening{after: c.audit.highest, away: wire.Now()}
	if o := c.opening; o != nil { // this attempt failed
		next = &opening{after: o.after, away: o.away, attempts: o.attempts + 1}
	}
	r := c.recorder
	byID := r.external != nil && r.external.Resume || r.fleet.profile.Load().Reconnect.Policy == wire.ReconnectEventSource
	next.resumes = next.away != 0 && byID
	c.redial(next, delay)
}

// redial opens the client's next connection after a delay.
func (c *conn) redial(next *opening, delay time.Duration) {
	next.intended = wire.Now() + int64(delay)
	c.opening = next
	time.AfterFunc(delay, func() { c.recorder.fleet.reopen(c) })
}

// disconnect marks the end of the client as ours.
func (c *conn) disconnect() {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.closing, c.leaving = true, false
}

// closeFrame returns the bytes that end the connection cleanly, nil if closing the socket does. It is false when the
// connection is not to end any more: its client has another one already.
func (c *conn) closeFrame() ([]byte, bool) {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	switch {
	case c.leaving && c.opening != nil, !c.leaving && !c.closing:
		return nil, false
	case !c.head || c.blackholed:
		return nil, true
	}
	if d, ok := c.decoder.(closer); ok {
		return d.Close(), true
	}
	return nil, true
}
