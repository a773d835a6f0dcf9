// Package fleet is the load: connections that open on a schedule, hold, and record what reaches them.
//
// It stands between the agent, which tells it what to do, and the transports' decoders, which know the bytes. An engine
// moves bytes between sockets and connections; a connection feeds them to its decoder, audits the sequence and hands every
// figure to its shard's recorder. Decoders and engines read no clock: this package stamps what they deliver, in the same
// place for every transport.
package fleet

import (
	"bytes"
	"errors"
	"net/netip"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder is a transport's client side without a socket: bytes in, messages and replies out.
type Decoder interface {
	Open(t wire.Target, after uint64) (request []byte)
	Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) // io.EOF: the server ended cleanly; nil emitted: a message over the limit was skipped
	Head() bool                                                          // the response head has been accepted
	EOF() error                                                          // nil when the socket may end here
}

// closer is a decoder that ends its connection with bytes; that of any other just ends.
type closer interface {
	Close() []byte // nil: there are none any more
}

// resumer is a decoder that knows where to go on: behind the last id that the server gave it.
type resumer interface {
	Resume(t wire.Target) (request []byte)
}

// conn is one client: a subscription, and the connection that carries it now. Its methods are called by one goroutine at a
// time; fields that others read are guarded by the recorder's lock.
type conn struct {
	decoder  Decoder
	recorder *recorder
	opening  *opening // nil while the subscription stands: idle connections are small
	audit    audit
	number   uint32 // in the fleet's schedule
	handle   int32  // the engine's name of its socket

	head       bool
	greeted    bool // it has had a subscription
	closing    bool // we asked for the end
	leaving    bool // its lifetime is over: another client takes its place
	ended      bool // for good
	slow       bool
	blackholed bool // cut off from the network
	uplinkOnly bool // it carries a client's messages, and no subscription
}

// opening is what a connection knows only until its handshake has ended.
type opening struct {
	target   *wire.Target
	source   netip.Addr // to connect from; invalid: as the system likes
	ramp     *ramp      // nil when the client is coming back
	intended int64      // when it should have begun to connect
	mark     int64      // when the phase that is under way began
	after    uint64     // sequence number to resume after, or wire.Live
	away     int64      // when the connection before this one ended
	newest   uint64     // message that any client of the fleet had when this one asked for its subscription
	reached  bool       // the socket is connected
	answered bool       // a byte has come
	attempts int        // that failed since then
	resumes  bool       // by the id its decoder has, as an EventSource does, and not by after
	request  []byte     // to send when the socket is connected, on engines that wait for that

	redirects int    // followed so far
	path      string // where the last of them led
}

// dialing marks the begin of the TCP handshake.
func (c *conn) dialing() {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	now := wire.Now()
	if c.opening.redirects == 0 { // else it begins when the server has answered, and the load is not late
		c.recorder.record(connectLateness, now-c.opening.intended)
	}
	c.opening.mark = now
}

// request returns the bytes that ask for the subscription. They may be sent before connected has been called.
func (c *conn) request() []byte {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.head = false
	target, after := c.opening.aimed().For(c.number), c.opening.after
	if d, ok := c.decoder.(resumer); ok && c.opening.resumes {
		return d.Resume(target)
	}
	if target.External != nil {
		after = wire.Live // our numbers mean nothing to it
	}
	return c.decoder.Open(target, after)
}

// pending is the request to send when the socket is connected; nil: the fleet has been stopped meanwhile.
func (c *conn) pending() []byte {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	if c.opening == nil {
		return nil
	}
	return c.opening.request
}

// connected marks the end of the TCP handshake. Nothing may have been received yet.
func (c *conn) connected(at int64) {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	if c.opening == nil {
		return // the fleet has been stopped meanwhile
	}
	c.recorder.record(tcpConnect, at-c.opening.mark)
	c.opening.mark, c.opening.reached = at, true
	c.opening.newest = c.recorder.fleet.newest.Load()
}

// next is what to do with a connection after bytes were received.
type next struct {
	reply []byte
	pause time.Duration // do not read for so long
	poll  time.Duration // ask again after so long; 0: do not
	err   error         // ends the connection; io.EOF is a clean end
}

// received takes bytes and when the kernel received them, 0 if it did not say.
func (c *conn) received(in []byte, arrived int64) (n next) {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.blackholed {
		return next{} // what was on its way when it died
	}
	r.arrival(c, arrived)
	if r.lastBytes != nil {
		r.lastBytes[c.number] = r.now
	}
	switch {
	case r.fleet.dialer != nil: // it knows what its sockets carry
	case c.uplinkOnly:
		r.UplinksRead += uint64(len(in))
	default:
		r.Bytes += uint64(len(in))
	}
	r.malformed = false
	if r.external != nil {
		r.evidence.see(c, in)
	}
	if c.opening != nil {
		c.opening.answered = true
	}
	n.reply, n.err = c.decoder.Feed(in, r.emit)
	r.decoded(c)
	if n.err == nil {
		n.err = c.holds(r)
	}
	c.noteHead(r)
	switch {
	case n.err != nil && !c.head:
		n.err = &refusal{n.err}
	case r.malformed && n.err == nil:
		n.err = errors.New("a message begins without a stamp: is this a pushbench server?")
	}
	if c.uplinkOnly && n.err == nil {
		n.reply = append(n.reply, c.speak(r)...)
	}
	if c.slow {
		n.pause = pauseAfter(len(in), r.fleet.profile.Load().Slow.Rate)
	}
	if p, ok := c.decoder.(poller); ok && n.err == nil {
		n.poll = untilPoll(c.number, p.Every())
	}
	return n
}

// refusal is an answer the protocol does not accept, as opposed to a connection that failed.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// noteHead records the response head the first time it is complete. Of an external server it is what confirms the subscription, unless a
// message does.
func (c *conn) noteHead(r *recorder) {
	if c.head || c.opening == nil || !c.decoder.Head() {
		return
	}
	o := c.opening
	c.headed(r.now)
	if x := o.target.External; x != nil && x.Confirmed == "" {
		c.greet(r, o.externalStart())
	}
}

// externalStart is the message after which a subscription begins that nobody greets. A ramp ends before the next message is
// published. Whoever subscribes while messages are under way is audited from the first one that arrives on: it cannot be
// known which of them the server had behind it.
func (o *opening) externalStart() uint64 {
	if o.ramp == nil {
		return notBegun
	}
	return o.target.External.Published
}

// headed records the response head; the recorder is locked.
func (c *conn) headed(at int64) {
	c.head = true
	c.opening.arrived(c.recorder)
	c.recorder.record(responseHead, at-c.opening.mark)
	c.opening.mark = at
}

// deliver takes one payload; the recorder is locked.
func (c *conn) deliver(r *recorder, payload []byte) {
	if payload == nil {
		r.Skipped++
		return
	}
	if r.external != nil {
		c.deliverExternal(r, payload)
		return
	}
	stamp, ok := wire.ParseStamp(payload)
	switch {
	case !ok, !stamp.Greeting() && !r.ours(stamp):
		if id, ok := wire.ParseUplink(payload); ok {
			c.confirmed(r, id)
		} else {
			r.malformed = true
		}
	case stamp.Greeting():
		c.greet(r, stamp.Seq)
	default:
		r.compare(c, stamp.Seq, payload)
		r.message(c, stamp)
	}
}

// deliverExternal takes what a server that is not ours has sent, which may be anything, and several messages. One that was damaged
// is missed by the audit.
func (c *conn) deliverExternal(r *recorder, whole []byte) {
	c.noteHead(r) // it may have come with the first messages
	ours := false
	if o := c.opening; o != nil && bytes.Contains(whole, []byte(r.external.Confirmed)) {
		c.greet(r, o.externalStart())
		ours = true
	}
	for payload := range r.external.Payloads(whole) {
		stamp, ok := wire.ParseStamp(payload)
		if c.opening != nil || !ok || stamp.Greeting() || !r.ours(stamp) {
			continue
		}
		ours = true
		if !r.compare(c, stamp.Seq, payload) {
			r.evidence.misread(whole, r.external)
		}
		r.message(c, stamp)
	}
	if !ours {
		r.Others++
		r.evidence.instead(whole)
		r.evidence.misread(whole, r.external)
	}
}

// greet ends the handshake: the server has confirmed the subscription, which begins after seq.
func (c *conn) greet(r *recorder, seq uint64) {
	o := c.opening
	if o == nil {
		return
	}
	c.noteHead(r)
	if x := o.target.External; x == nil || x.Confirmed != "" {
		r.record(firstMessage, r.now-o.mark)
	}
	r.record(handshake, r.now-o.intended)
	switch {
	case c.uplinkOnly:
	case o.away == 0: // a new subscription
		if seq == notBegun {
			c.audit.await(o.newest)
			r.absence(c).confirmed = r.now
		} else {
			c.audit.begin(seq)
		}
		r.joined(c)
		r.fleet.limitLife(c, 1)
	default: // one that goes on: a gap is loss
		r.returned(c, o)
	}
	c.greeted = true
	c.opening = nil
	c.beginPings(r)
	if o.ramp != nil {
		o.ramp.done()
	}
}
