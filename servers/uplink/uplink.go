// Package uplink takes what subscribers send: the other direction of the broadcast, the same for all lanes.
//
// It is behind the transports, which hand it each message they have read by way of the hub and carry its confirmation
// back: in a frame of the subscription's own connection, or as the answer to a POST (post.go).
package uplink

import (
	"sync/atomic"

	"github.com/pushbench/pushbench/internal/wire"
)

// Inbox counts messages and confirms them. The zero value is ready to use.
type Inbox struct {
	received, bytes, repeated atomic.Int64

	newest [clientBlocks]atomic.Pointer[block] // number of each client's newest message
}

// A block appears when the first of its clients sends something: a server without uplinks pays for 8 KiB.
type block [1 << blockBits]atomic.Uint32

// Together they know as many clients as a scenario may have connections, and more.
const (
	blockBits    = 10
	clientBlocks = 1 << 10
)

// Take counts a message. It returns the bytes that confirm it, which are a part of it; nil: it is none of pushbench's.
func (b *Inbox) Take(message []byte) (confirmation []byte) {
	u, ok := wire.ParseUplink(message)
	if !ok {
		return nil
	}
	b.received.Add(1)
	b.bytes.Add(int64(len(message)))
	if newest := b.of(u.Client); newest != nil && newest.Swap(u.Number) >= u.Number {
		b.repeated.Add(1)
	}
	return message[:wire.UplinkSize]
}

// of is the place of a client's newest number; nil of one that is beyond all schedules.
func (b *Inbox) of(client uint32) *atomic.Uint32 {
	at := client >> blockBits
	if at >= clientBlocks {
		return nil
	}
	known := b.newest[at].Load()
	for known == nil {
		b.newest[at].CompareAndSwap(nil, new(block))
		known = b.newest[at].Load()
	}
	return &known[client&(1<<blockBits-1)]
}

// Stats are the counters since the start, by name; there are none of an inbox that is not there.
func (b *Inbox) Stats() map[string]float64 {
	if b == nil {
		return nil
	}
	return map[string]float64{
		"received": float64(b.received.Load()),
		"bytes":    float64(b.bytes.Load()),
		"repeated": float64(b.repeated.Load()), // not above a number the client has sent already
	}
}
