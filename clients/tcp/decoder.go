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
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/pushbench/pushbench/internal/wire"
)

const (
	headSize = 4
	reserve  = 64 << 10 // what a length alone may allocate, before its bytes have come
)

var errFailed = errors.New("tcp: fed after an error")

// Decoder reads one connection. The zero value is ready to use. It is 32 bytes: thousands of them share a process.
type Decoder struct {
	Limit wire.Limit // of a payload

	began  bool
	failed bool
	tail   []byte // the frame that is not complete yet, with its head; nil between frames
}

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the bytes to send.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	*d = Decoder{Limit: cmp.Or(t.Limit, d.Limit)}
	return binary.BigEndian.AppendUint64(nil, after)
}

// Head reports whether the server has answered.
func (d *Decoder) Head() bool { return d.began }

// Feed takes the next bytes of the connection and emits the payloads that are complete. It never replies.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	if d.failed {
		return nil, errFailed
	}
	d.began = d.began || len(in) > 0
	if len(d.tail) > 0 {
		if in, err = d.join(in, emit); err != nil {
			return nil, d.fail(err)
		}
	}
	for len(in) >= headSize {
		n, err := d.length(in)
		if err != nil {
			return nil, d.fail(err)
		}
		if n > len(in)-headSize {
			in = d.take(in, headSize+n)
			break
		}
		if n > 0 {
			emit(in[headSize : headSize+n])
		}
		in = in[headSize+n:]
	}
	d.take(in, headSize)
	return nil, nil
}

// join adds to the frame that is under way and emits it when it is complete.
func (d *Decoder) join(in []byte, emit func(payload []byte)) (rest []byte, err error) {
	in = d.take(in, headSize)
	if len(d.tail) < headSize {
		return nil, nil
	}
	n, err := d.length(d.tail)
	if err != nil {
		return nil, err
	}
	in = d.take(in, headSize+n)
	if len(d.tail) == headSize+n {
		if n > 0 {
			emit(d.tail[headSize:])
		}
		d.tail = nil
	}
	return in, nil
}

// take moves bytes to the tail until that is size bytes long or the input is used up.
func (d *Decoder) take(in []byte, size int) (rest []byte) {
	n := min(size-len(d.tail), len(in))
	if n <= 0 {
		return in
	}
	d.tail = append(slices.Grow(d.tail, min(size-len(d.tail), reserve)), in[:n]...)
	return in[n:]
}

func (d *Decoder) fail(err error) error {
	d.tail, d.failed = nil, true
	return err
}

// length returns the payload's length by the frame's head.
func (d *Decoder) length(frame []byte) (int, error) {
	n := binary.BigEndian.Uint32(frame)
	if int64(n) > int64(d.Limit.Bytes()) {
		return 0, errors.New("tcp: " + wire.OverLimit(fmt.Sprintf("a frame of %d bytes", n), d.Limit.Bytes()))
	}
	return int(n), nil
}

// Holding is how many bytes of memory the decoder has for what is incomplete.
func (d *Decoder) Holding() int { return cap(d.tail) }

// Forget gives them back; the connection has ended.
func (d *Decoder) Forget() { d.tail = nil }

// EOF says whether the server may close the connection here: between frames.
func (d *Decoder) EOF() error {
	if len(d.tail) > 0 {
		return fmt.Errorf("tcp: %d bytes into a frame: %w", len(d.tail), io.ErrUnexpectedEOF)
	}
	return nil
}
