package tcp

import (
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

// Frames reads what the server sends on one connection. It is 32 bytes: thousands of them share a process.
type Frames struct {
	Limit wire.Limit // of a payload

	began  bool
	failed bool
	tail   []byte // the frame that is not complete yet, with its head; nil between frames
}

// Head reports whether the server has answered.
func (f *Frames) Head() bool { return f.began }

// Feed takes the next bytes of the connection and emits the payloads that are complete. It never replies.
func (f *Frames) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	if f.failed {
		return nil, errFailed
	}
	f.began = f.began || len(in) > 0
	if len(f.tail) > 0 {
		if in, err = f.join(in, emit); err != nil {
			return nil, f.fail(err)
		}
	}
	for len(in) >= headSize {
		n, err := f.length(in)
		if err != nil {
			return nil, f.fail(err)
		}
		if n > len(in)-headSize {
			in = f.take(in, headSize+n)
			break
		}
		if n > 0 {
			emit(in[headSize : headSize+n])
		}
		in = in[headSize+n:]
	}
	f.take(in, headSize)
	return nil, nil
}

// join adds to the frame that is under way and emits it when it is complete.
func (f *Frames) join(in []byte, emit func(payload []byte)) (rest []byte, err error) {
	in = f.take(in, headSize)
	if len(f.tail) < headSize {
		return nil, nil
	}
	n, err := f.length(f.tail)
	if err != nil {
		return nil, err
	}
	in = f.take(in, headSize+n)
	if len(f.tail) == headSize+n {
		if n > 0 {
			emit(f.tail[headSize:])
		}
		f.tail = nil
	}
	return in, nil
}

// take moves bytes to the tail until that is size bytes long or the input is used up.
func (f *Frames) take(in []byte, size int) (rest []byte) {
	n := min(size-len(f.tail), len(in))
	if n <= 0 {
		return in
	}
	f.tail = append(slices.Grow(f.tail, min(size-len(f.tail), reserve)), in[:n]...)
	return in[n:]
}

func (f *Frames) fail(err error) error {
	f.tail, f.failed = nil, true
	return err
}

// length returns the payload's length by the frame's head.
func (f *Frames) length(frame []byte) (int, error) {
	n := binary.BigEndian.Uint32(frame)
	if int64(n) > int64(f.Limit.Bytes()) {
		return 0, errors.New("tcp: " + wire.OverLimit(fmt.Sprintf("a frame of %d bytes", n), f.Limit.Bytes()))
	}
	return int(n), nil
}

// Holding is how many bytes of memory the decoder has for what is incomplete.
func (f *Frames) Holding() int { return cap(f.tail) }

// Forget gives them back; the connection has ended.
func (f *Frames) Forget() { f.tail = nil }

// EOF says whether the server may close the connection here: between frames.
func (f *Frames) EOF() error {
	if len(f.tail) > 0 {
		return fmt.Errorf("tcp: %d bytes into a frame: %w", len(f.tail), io.ErrUnexpectedEOF)
	}
	return nil
}
