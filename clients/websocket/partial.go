package websocket

import (
	"slices"
	"unicode/utf8"
)

// reserve is what a length alone may allocate, before its bytes have come.
const reserve = 64 << 10

// partial is what a connection keeps while something is incomplete. It has memory of its own: in a fleet nearly all
// connections are between frames nearly always.
type partial struct {
	// tail is what input that is gone has left behind; nil when that is nothing. First the response head. Then
	// tail[:size], the message so far, and the incomplete head of a frame, or for a control frame the incomplete frame:
	// that may come in the middle of a message. Behind a close frame, its reason.
	tail []byte
	size int
	text int    // bytes of the message known to be UTF-8
	left uint64 // payload bytes of the data frame under way that are still to come

	key nonce // of the handshake
	// subprotocols are those the handshake offers, joined by ", ".
	subprotocols string

	kind  opcode // of the message under way, or zero
	final bool   // the data frame under way ends the message

	deflated bool    // the message under way is compressed
	window   *window // of a server that keeps one from one message to the next: nil for all others
	skipping bool    // it is over the limit: nothing of it is kept
}

func (d *Decoder) hold() *partial {
	if d.partial == nil {
		d.partial = &partial{}
	}
	return d.partial
}

// release gives back the memory that holds nothing.
func (d *Decoder) release() {
	switch h := d.partial; {
	case h.empty() && h.history() == nil:
		d.partial = nil
	case len(h.tail) == 0:
		h.tail = nil
	}
}

// empty reports that the connection is between frames and messages.
func (h *partial) empty() bool { return h == nil || h.kind == 0 && len(h.tail) == 0 }

// history is the server's window, nil if it keeps none.
func (h *partial) history() *window {
	if h == nil {
		return nil
	}
	return h.window
}

// unit returns what there is of an incomplete head or control frame.
func (h *partial) unit() []byte {
	if h == nil {
		return nil
	}
	return h.tail[h.size:]
}

// payload takes bytes of the data frame under way.
func (h *partial) payload(in []byte, limit int, emit func(payload []byte)) (rest []byte, err error) {
	n := int(min(h.left, uint64(len(in)))) //nolint:gosec // at most len(in)
	if h.skipping {
		if h.left -= uint64(n); h.left == 0 {
			err = h.end(limit, emit)
		}
		return in[n:], err
	}
	h.tail = append(slices.Grow(h.tail, int(min(h.left, reserve))), in[:n]...)
	h.size = len(h.tail)
	h.left -= uint64(n)
	if h.kind == opText && !h.deflated && !h.validSoFar() {
		return nil, &Error{CodeBadData, "a text message is not UTF-8"}
	}
	if h.left == 0 {
		err = h.end(limit, emit)
	}
	return in[n:], err
}

// validSoFar checks the bytes that are new, but for a character whose rest is still to come: a text message must be
// UTF-8 as a whole, and may be cut anywhere (sections 5.6, 8.1).
func (h *partial) validSoFar() bool {
	b := h.tail[h.text:h.size]
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if start := b[len(b)-i:]; utf8.RuneStart(start[0]) {
			if !utf8.FullRune(start) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	h.text += len(b)
	return utf8.Valid(b)
}

// skip forgets the message under way.
func (h *partial) skip() { h.tail, h.size, h.text, h.skipping = nil, 0, 0, true }

// Skipping reports that the bytes to come are of a message over the limit.
func (d *Decoder) Skipping() bool { return d.partial != nil && d.partial.skipping }

// Holding is how many bytes of memory the decoder has for what is incomplete.
func (d *Decoder) Holding() int {
	if d.partial == nil {
		return 0
	}
	return cap(d.partial.tail)
}

// Forget gives them back; the connection has ended.
func (d *Decoder) Forget() { d.partial = nil }

// end is where a data frame ends.
func (h *partial) end(limit int, emit func(payload []byte)) error {
	if !h.final {
		return nil
	}
	message, kind := h.tail[:h.size], h.kind
	text, skipped := h.text, h.skipping
	h.tail, h.size, h.text, h.kind, h.skipping = h.tail[:0], 0, 0, 0, false
	switch {
	case skipped:
		return nil
	case h.deflated:
		return inflate(message, kind, limit, h.window, emit)
	case kind == opText && text != len(message):
		return &Error{CodeBadData, "a text message ends inside a character"}
	}
	emit(present(message))
	return nil
}

// present is a message that is there, if of no bytes: nil would say that one was skipped.
func present(message []byte) []byte {
	if message == nil {
		return []byte{}
	}
	return message
}
