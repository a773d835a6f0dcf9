package fleet

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// uplinker is a decoder whose connection carries messages of the client. What confirms one it emits like any payload.
type uplinker interface {
	Ready() bool                          // a message can be sent now
	Uplink(message []byte) (sends []byte) // the bytes that send one
}

// uplink is the account of what one client sends. Messages are numbered from 1 and confirmed in their order; the recorder's
// lock guards it.
type uplink struct {
	connection *conn  // the connection they travel on: the subscription's, or one beside it; nil: there is none now
	first      uint32 // number before the first of the schedule under way
	due        uint32 // the newest that was due
	sent       uint32 // the newest that the connection took
	acked      uint32 // the newest whose fate is known
	closed     uint32 // the newest that belongs to an earlier report
}

// schedule is when messages are due: each client has a place of its own within every interval, and all of them are spread
// evenly (as polls are).
type schedule struct {
	begin int64
	every float64 // ns
	size  int     // of a message
}

// due is when message i of a client is, from 0.
func (s *schedule) due(number uint32, i int) int64 {
	return s.begin + int64((fraction(number)+float64(i))*s.every)
}

// lead lets the first message be on time like all others.
const lead = time.Millisecond

// Send has every client send its messages when they are due, and returns when the last one was. Clients whose connection is
// gone then do not send: their messages are lost.
func (f *Fleet) Send(ctx context.Context, req wire.Send) error {
	if err := req.Check(); err != nil {
		return err
	}
	s := &schedule{begin: wire.Now() + int64(lead), every: float64(time.Second) / req.Rate, size: req.Size}
	senders, err := f.senders(s)
	if err != nil {
		return err
	}
	defer f.engine.pace()()
	for i := range req.Count {
		for _, c := range senders {
			due := s.due(c.number, i)
			wire.PaceUntil(due)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if connection, bytes := c.dueNow(due); bytes != nil {
				f.engine.send(connection, bytes)
			}
		}
	}
	return nil
}

// senders are the clients that are there, in the order in which their messages are due, with accounts that begin.
func (f *Fleet) senders(s *schedule) (senders []*conn, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.schedule.Store(s)
	defer f.lockShards()()
	for c := range f.clients() {
		if !c.greeted || c.ended || c.slow || c.blackholed {
			continue
		}
		if !c.hasUplink() {
			return nil, errors.New("clients of this transport send on uplink connections, and none are open")
		}
		u := c.uplink()
		u.first = u.due
		senders = append(senders, c)
	}
	slices.SortFunc(senders, func(a, b *conn) int { return cmp.Compare(fraction(a.number), fraction(b.number)) })
	return senders, nil
}

// uplink is the client's account; nil of one that is to send nothing. It is no part of conn, whose size all fleets pay for.
func (c *conn) uplink() *uplink { return c.recorder.uplinks[c.number] }

// begin opens the client's account; connection may be unknown yet.
func (c *conn) begin(connection *conn) *uplink {
	u := &uplink{connection: connection}
	c.recorder.uplinks[c.number] = u
	return u
}

// hasUplink reports whether a connection carries what the client says: its own, or one that was opened beside it.
func (c *conn) hasUplink() bool {
	u := c.uplink()
	if u == nil {
		if _, carries := c.decoder.(uplinker); !carries {
			return false
		}
		u = c.begin(c)
	}
	return u.connection != nil && !u.connection.ended
}

// dueNow takes a message that is due and returns what to send for it on which connection, if that takes it now.
func (c *conn) dueNow(due int64) (connection *conn, bytes []byte) {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.slow || c.blackholed {
		return nil, nil // what becomes of these is not counted
	}
	r.record(uplinkLateness, wire.Now()-due)
	u := c.uplink()
	u.due++
	r.UplinksDue++
	r.unacked++
	if u.connection == nil || !u.connection.standing() {
		r.ackThrough(u, u.due)
		return nil, nil
	}
	return u.connection, u.connection.speak(r)
}

// standing reports whether the connection carries what its client says: its server has confirmed it, and nobody has ended it.
func (c *conn) standing() bool {
	return c.greeted && c.opening == nil && !c.ended && !c.closing && !c.leaving && !c.blackholed
}

// speak returns what sends the messages that are due, as far as the connection takes them now; the recorder is locked.
func (c *conn) speak(r *recorder) (bytes []byte) {
	u, d := c.uplink(), c.decoder.(uplinker) //nolint:forcetypeassert // a connection's is one
	for u.sent < u.due && d.Ready() {
		u.sent++
		b := d.Uplink(wire.Uplink{Client: c.number, Number: u.sent}.Message(r.fleet.schedule.Load().size))
		r.UplinksSent++
		r.UplinksWritten += uint64(len(b))
		bytes = append(bytes, b...)
	}
	return bytes
}

// confirmed takes the confirmation of a message; the recorder is locked.
func (c *conn) confirmed(r *recorder, id wire.Uplink) {
	u := c.uplink()
	switch {
	case u == nil || id.Client != c.number || id.Number > u.sent:
		r.UplinksUnasked++
	case id.Number <= u.closed: // its report says lost
	case id.Number <= u.acked:
		r.UplinksUnasked++
	default:
		r.UplinksConfirmed++
		r.record(uplinkRoundTrip, r.now-r.fleet.schedule.Load().due(c.number, int(id.Number-u.first-1)))
		r.ackThrough(u, id.Number)
	}
}

// ackThrough says that the fate of a client's messages is known through one of them.
func (r *recorder) ackThrough(u *uplink, through uint32) {
	n := int(through - u.acked)
	u.acked = through
	u.sent = max(u.sent, through)
	r.unacked -= n
	for range n {
		if r.caught != nil {
			r.caughtUp()
		}
	}
}

// dropUplink gives up what the connection has not confirmed: it has ended.
func (c *conn) dropUplink(r *recorder) {
	if u := c.uplink(); u != nil && u.connection == c {
		r.ackThrough(u, u.due)
	}
}

// withdraw closes the client's account by its own doing: what is under way counts as if it had never been due.
func (c *conn) withdraw(r *recorder) {
	if u := c.uplink(); u != nil {
		r.UplinksDue -= uint64(u.due - u.acked)
		r.ackThrough(u, u.due)
		u.closed = u.due
	}
}

// conclude closes the account for a report: what has not been confirmed by now is lost.
func (c *conn) conclude() {
	if u := c.uplink(); u != nil {
		c.recorder.ackThrough(u, u.due)
		u.closed = u.due
	}
}
