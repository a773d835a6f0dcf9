// Package tcp decodes the floor of the comparison: length-prefixed frames on a bare TCP connection.
//
// It is one of the decoders the fleet feeds with what it reads from a socket; the payloads go on to the recorder. The
// protocol is our own, and as little as can carry a broadcast with resume and heartbeat, so that what a real transport
// costs above it is the price of that transport:
//
//	client: 8 bytes, big endian: the sequence number to resume after, or wire.Live
//	server: frames of 4 bytes, big endian: n, and n bytes of payload; n = 0 is a heartbeat
//	client: messages, if it sends any, as such frames; a frame of the server's confirms each
package tcp

import (
	"cmp"
	"encoding/binary"

	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder speaks on one connection. The zero value is ready to use.
type Decoder struct{ Frames }

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the bytes to send.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	d.Frames = Frames{Limit: cmp.Or(t.Limit, d.Limit)}
	return binary.BigEndian.AppendUint64(nil, after)
}

// Ready reports whether a message can be sent: frames wait for nothing.
func (d *Decoder) Ready() bool { return d.began && !d.failed }

// Uplink returns the frame that sends a message.
func (d *Decoder) Uplink(message []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headSize+len(message)), uint32(len(message))) //nolint:gosec // a short one
	return append(b, message...)
}
