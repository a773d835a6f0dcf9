// Package fleet is the load: connections that open on a schedule, hold, and record what reaches them.
//
// It stands between the agent, which tells it what to do, and the transports' decoders, which know the bytes. An engine
// moves bytes between sockets and connections; a connection feeds them to its decoder, audits the sequence and hands every
// figure to its shard's recorder. Decoders and engines read no clock: this package stamps what they deliver, in the same
// place for every transport.
package fleet

import (
	"errors"
	"io"
	"net/netip"

	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder is a transport's client side without a socket: bytes in, messages and replies out.
type Decoder interface {
	Open(t wire.Target, after uint64) (request []byte)
	Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) // io.EOF: the server ended cleanly
	Head() bool                                                          // the response head has been accepted
	EOF() error                                                          // nil when the socket may end here
	Close() []byte                                                       // bytes of a clean close; nil: none
}

// conn is one connection, whatever engine carries it. Its methods are called by one goroutine at a time.
type conn struct {
	decoder   Decoder
	recorder  *recorder
	opening   *opening // nil once the handshake has come out one way or the other: idle connections are small
	audit     audit
	head      bool
	greeted   bool
	closing   bool // we asked for the end
	ended     bool
	malformed bool // a payload came without a stamp
}

// opening is what a connection knows only until its handshake has ended.
type opening struct {
	target   *wire.Target
	source   netip.Addr // to connect from; invalid: as the system likes
	ramp     *ramp
	intended int64 // when it should have begun to connect
	mark     int64 // when the phase that is under way began
}

// dialing marks the begin of the TCP handshake.
func (c *conn) dialing() {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	now := wire.Now()
	c.recorder.record(connectLateness, now-c.opening.intended)
	c.opening.mark = now
}

// connected marks its end and returns the request to send.
func (c *conn) connected() []byte {
	// Under the lock: another thread may receive the answer to the request.
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	now := wire.Now()
	c.recorder.record(tcpConnect, now-c.opening.mark)
	c.opening.mark = now
	return c.decoder.Open(*c.opening.target, wire.Live)
}

// received takes bytes and when the kernel received them, 0 if it did not say, and returns the bytes to answer with. An
// error ends the connection; io.EOF is a clean end.
func (c *conn) received(in []byte, arrived int64) (reply []byte, err error) {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrival(c, arrived)
	r.Bytes += uint64(len(in))
	reply, err = c.decoder.Feed(in, r.emit)
	c.noteHead(r)
	if c.malformed && err == nil {
		err = errors.New("a message begins without a stamp: is this a pushbench server?")
	}
	return reply, err
}

// noteHead records the response head the first time it is complete.
func (c *conn) noteHead(r *recorder) {
	if !c.head && c.opening != nil && c.decoder.Head() {
		c.head = true
		r.record(responseHead, r.now-c.opening.mark)
		c.opening.mark = r.now
	}
}

// deliver takes one payload; the recorder is locked.
func (c *conn) deliver(r *recorder, payload []byte) {
	stamp, ok := wire.ParseStamp(payload)
	switch {
	case !ok:
		c.malformed = true
	case stamp.Greeting():
		c.greet(r, stamp.Seq)
	default:
		r.message(c, stamp)
	}
}

// greet ends the handshake: the server has confirmed the subscription, which begins after seq.
func (c *conn) greet(r *recorder, seq uint64) {
	if c.greeted || c.opening == nil {
		return
	}
	c.noteHead(r)
	c.greeted = true
	c.audit.begin(seq)
	r.record(firstMessage, r.now-c.opening.mark)
	r.record(handshake, r.now-c.opening.intended)
	c.resolve()
}

// end takes the end of the connection: nil or io.EOF from the socket, or what failed.
func (c *conn) end(err error) {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.ended {
		return
	}
	if err == io.EOF { //nolint:errorlint // the engine passes the bare value when the socket ended
		err = c.decoder.EOF()
	}
	c.ended = true
	switch {
	case !c.greeted:
		r.Failed++
		if err == nil {
			err = errors.New("the server closed before it confirmed the subscription")
		}
		r.errors[cause(err)]++
		c.opening.ramp.fail(err)
	case c.closing || err == nil:
		r.Closed++
	default:
		r.Cut++
		r.errors[cause(err)]++
	}
	r.left(c)
	c.resolve()
}

// resolve tells the ramp, once, that this connection is settled.
func (c *conn) resolve() {
	if c.opening != nil {
		c.opening.ramp.settled()
		c.opening = nil
	}
}

// farewell marks the end as ours and returns the bytes that say so to the server; nil: closing the socket does.
func (c *conn) farewell() []byte {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.closing = true
	if !c.head {
		return nil
	}
	return c.decoder.Close()
}
