// Package hub is the broadcast logic every lane shares, so that two lanes differ only in how a batch becomes bytes.
//
// It is between the publisher and the transports: the publisher calls Publish, or Append where numbers are given outside, and
// each connection has a subscription with a sink of its own. There is no queue and no registration per subscriber. The messages
// are in a ring, a subscriber is a cursor, and one channel, closed and replaced at each publish, wakes all: the goroutine of
// each connection, which runs Deliver, or the event loop of many, which advances them one after the other. No subscriber can
// delay the publisher or another subscriber.
package hub

import (
	"sync"
	"sync/atomic"
	"time"
)

// Message is one broadcast. It is shared by all subscribers and never changed.
type Message struct {
	Seq    uint64 // its number, from 1 and rising
	Data   []byte
	Binary bool // Data is no text: a transport that carries text only encodes it
	Frame  any  // what Config.Encode made of it: the bytes of the transport, encoded once
}

// Config is the hub's part of lane and scenario.
type Config struct {
	History   int                         // messages kept for replay and for subscribers that lag; rounded up to whole chunks
	Heartbeat time.Duration               // longest silence of a connection; 0: no heartbeats
	Encode    func(Message) any           // makes Message.Frame, once per message; nil: the sink encodes for each client
	Greet     func(seq uint64) (p []byte) // payload that confirms a subscription beginning after seq
	Wrap      func(Sink) Sink             // around the sink of each subscription; nil: nothing

	Given bool // numbers come with the messages, from a publisher outside: a fresh process continues those of the one before

	Receive func(message []byte) (confirmation []byte) // takes what a subscriber sends; nil: none is accepted
}

// Hub keeps the last messages and wakes the subscribers.
type Hub struct {
	config  Config
	publish sync.Mutex // serialises publishers; subscribers never take it
	ring    []atomic.Pointer[chunk]
	newest  uint64                        // number of the newest message; guarded by publish
	count   atomic.Uint64                 // messages so far: place of the newest
	runs    atomic.Pointer[[]run]         // nil before the first message
	wake    atomic.Pointer[chan struct{}] // closed at the next publish or beat
	beats   atomic.Uint64
	cuts    atomic.Uint64

	counters counters
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// chunkSize is how many messages share one allocation. A batch handed to a sink is a slice of a chunk, so it is also the
// largest batch.
const chunkSize = 64

// beatsPerInterval: a connection that was silent for one whole beat gets a heartbeat. With two beats an interval it comes
// once an interval while there is nothing else to send, and no silence is ever longer than the interval. With one, a
// message just after a beat would be followed by nearly two intervals of silence.
const beatsPerInterval = 2

// chunk holds the messages at places first..first+chunkSize-1. Elements above Hub.count are the publisher's; the others never change.
type chunk struct {
	first    uint64
	messages [chunkSize]Message
}

// New returns a hub with no messages; Close ends its heartbeat tick.
func New(c Config) *Hub {
	// One chunk more than asked for: the newest is only partly filled.
	chunks := (max(c.History, 1)+chunkSize-1)/chunkSize + 1
	h := &Hub{config: c, ring: make([]atomic.Pointer[chunk], chunks), stop: make(chan struct{})}
	h.renewWake()
	if c.Heartbeat > 0 {
		h.stopped.Go(h.beat)
	}
	return h
}

// Close stops the shared heartbeat. Subscribers end by their contexts.
func (h *Hub) Close() {
	close(h.stop)
	h.stopped.Wait()
}

// Last returns the number of the newest message; 0 before the first.
func (h *Hub) Last() uint64 { return h.number(h.count.Load()) }

// Wake is closed at the next publish, beat or cut. It is to be asked for before a subscription is advanced: whatever comes
// after that closes this very channel.
func (h *Hub) Wake() <-chan struct{} { return *h.wake.Load() }

// MaxUplink is the longest message a subscriber may send, in bytes.
const MaxUplink = 4096

// Receive takes a message of a subscriber, which it does not keep, and returns its confirmation; nil: it is not accepted.
func (h *Hub) Receive(message []byte) (confirmation []byte) {
	if h.config.Receive == nil {
		return nil
	}
	return h.config.Receive(message)
}

// Heartbeat returns the longest silence of a connection; 0: there are no heartbeats.
func (h *Hub) Heartbeat() time.Duration { return h.config.Heartbeat }

// Cut ends every subscription there is with ErrCut; those that come later stay.
func (h *Hub) Cut() {
	h.cuts.Add(1)
	h.renewWake()
}

// slot is the index of the chunk with a place.
func (h *Hub) slot(place uint64) *atomic.Pointer[chunk] {
	return &h.ring[(place-1)/chunkSize%uint64(len(h.ring))]
}

// batch returns the messages from a place on that are known and adjacent: at least one, at most a chunk. A nil batch
// means that the place has left the ring. It must only be asked for one up to the newest.
func (h *Hub) batch(place uint64) []Message {
	at := (place - 1) % chunkSize
	c := h.slot(place).Load()
	if c == nil || c.first != place-at {
		return nil
	}
	return c.messages[at:min(h.count.Load()-c.first+1, chunkSize)]
}

// oldest returns the first place in the ring.
func (h *Hub) oldest() uint64 {
	newest, kept := (max(h.count.Load(), 1)-1)/chunkSize, uint64(len(h.ring))
	if newest < kept {
		return 1
	}
	return (newest-kept+1)*chunkSize + 1
}

// renewWake wakes every subscriber that waits and gives later ones a new channel to wait on.
func (h *Hub) renewWake() {
	next := make(chan struct{})
	if old := h.wake.Swap(&next); old != nil {
		close(*old)
	}
}

// beat wakes all subscribers at each beat: one timer for all connections, where one each would cost a heap operation per
// connection and beat.
func (h *Hub) beat() {
	tick := time.NewTicker(h.config.Heartbeat / beatsPerInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.beats.Add(1)
			h.publish.Lock() // a wake-up may not overtake the one of a publish
			h.renewWake()
			h.publish.Unlock()
		case <-h.stop:
			return
		}
	}
}
