package websocket

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"sync"
	"unicode/utf8"
)

// deflateTail ends every message: the empty block a sender leaves out (section 7.2.2), and a last one, so that the reader
// sees the end.
const deflateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// keepInflater is how large an inflater's buffers may have become for it to be used again, in bytes.
const keepInflater = 1 << 20

// inflater is what inflating a message takes, and no connection keeps.
type inflater struct {
	compressed []byte
	reader     bytes.Reader
	flate      io.ReadCloser
	message    bytes.Buffer
}

var inflaters = sync.Pool{New: func() any { //nolint:gochecknoglobals // a pool is for all
	i := &inflater{}
	i.flate = flate.NewReader(&i.reader)
	return i
}}

// window is what messages to come may refer to: the last bytes of those before (section 7.1.1).
type window struct {
	last []byte
	size int
}

// newWindow returns the window of a server that keeps one. That of zlib is 512 bytes where 256 are agreed on: its smallest.
func newWindow(bits int) *window { return &window{size: 1 << max(bits, 9)} }

// before is what there is of it; a connection without one has none.
func (w *window) before() []byte {
	if w == nil {
		return nil
	}
	return w.last
}

// keep moves the window behind a message.
func (w *window) keep(message []byte) {
	if w == nil {
		return
	}
	message = message[max(0, len(message)-w.size):]
	if drop := len(w.last) + len(message) - w.size; drop > 0 {
		w.last = w.last[:copy(w.last, w.last[drop:])]
	}
	w.last = append(w.last, message...)
}

// inflate emits a compressed message of at most limit bytes.
func inflate(compressed []byte, kind opcode, limit int, w *window, emit func(payload []byte)) error {
	i := inflaters.Get().(*inflater) //nolint:forcetypeassert // the pool has nothing else
	defer i.release()
	i.compressed = append(append(i.compressed[:0], compressed...), deflateTail...)
	i.message.Reset()
	if len(compressed) > 0 { // one of no bytes is empty, if no sender has a reason to send it
		if err := i.read(limit, w.before()); err != nil {
			return err
		}
	}
	if kind == opText && !utf8.Valid(i.message.Bytes()) {
		return &Error{CodeBadData, "a text message is not UTF-8"}
	}
	w.keep(i.message.Bytes())
	emit(present(i.message.Bytes()))
	return nil
}

// read inflates the message. A block may say that it is the last: it ends a DEFLATE stream, but not the message, of which more
// may come (section 7.2.3.4). What came before it can still be referred to: no section says that the window ends there, and
// senders that begin a new one do not look back.
func (i *inflater) read(limit int, before []byte) error {
	for i.reader.Reset(i.compressed); ; {
		if err := i.flate.(flate.Resetter).Reset(&i.reader, i.behind(before)); err != nil { //nolint:forcetypeassert // by the package's documentation
			return err
		}
		left := int64(limit) + 1 - int64(i.message.Len())
		_, err := i.message.ReadFrom(io.LimitReader(i.flate, left))
		switch {
		case err != nil:
			return &Error{CodeBadData, "a message does not inflate"}
		case i.message.Len() > limit:
			return tooBig(limit)
		case i.reader.Len() <= len(deflateTail): // all that came is read
			return nil
		}
	}
}

// farthest is how far back DEFLATE can refer, in bytes.
const farthest = 32 << 10

// behind is what can be referred to where a DEFLATE stream begins: the message so far, and what was before it.
func (i *inflater) behind(before []byte) []byte {
	switch message := i.message.Bytes(); {
	case len(message) == 0:
		return before
	case len(message) >= farthest:
		return message[len(message)-farthest:]
	default:
		return slices.Concat(before, message)
	}
}

func (i *inflater) release() {
	if cap(i.compressed) <= keepInflater && i.message.Cap() <= keepInflater {
		inflaters.Put(i)
	}
}
