// Package epoll serves many connections from one goroutine, so that no goroutine, stack or buffer is kept for a connection that
// is silent.
//
// It is between the hub and the transports that can do with bytes alone: a transport reads requests and frames from
// what has come and makes bytes of messages, and the loop moves them. There is a shard for each processor: an epoll set, the
// connections in it, and the goroutine that owns them. The hub wakes a shard as it wakes a connection's own goroutine, and the
// shard then advances all its subscriptions, in the order in which they came. No write waits. A connection that takes
// no more keeps the rest of one frame and its place in the hub's ring, nothing else, and continues when its socket has room.
package epoll

import (
	"errors"

	"github.com/pushbench/pushbench/servers/hub"
)

// Transport reads the request that opens a subscription. One serves all connections of a lane.
type Transport interface {
	Open(in []byte) Answer     // all that has come so far; not to be kept
	Refuse(cause error) []byte // ErrTooLong or ErrTooLate; nil: close without a word
}

// Answer is what becomes of a request.
type Answer struct {
	Used    int     // bytes of the request; 0: its end has not come
	Bytes   []byte  // to send before anything else
	Dialect Dialect // nil: the connection ends after Bytes
	Again   bool    // nil, and the connection does not end: it was no subscription that was asked for, and more can be
	After   uint64  // sequence number to deliver after
}

// Dialect is the protocol of a subscription. Many can share one that has no state.
type Dialect interface {
	Frame(m hub.Message) []byte // shared bytes: not to be changed
	Heartbeat() []byte          // as above
	Farewell(cause error) []byte

	// Receive takes bytes of a subscriber and answers. Unused ones come again with more after them; it must bound how
	// much that is. An error ends the connection when the reply is out.
	Receive(in []byte) (used int, reply []byte, err error)
}

// Why a request is refused before its end.
var (
	ErrTooLong = errors.New("the request is too long")
	ErrTooLate = errors.New("the request did not come in time")
)

// MaxRequest is the longest request, in bytes.
const MaxRequest = 16 << 10
