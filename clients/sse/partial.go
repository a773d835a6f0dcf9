package sse

import "bytes"

// partial is what a connection keeps while something is incomplete. It has memory of its own: in a fleet nearly all
// connections are between events nearly always.
type partial struct {
	// tail is what input that is gone has left behind; nil when that is nothing. First the response head. Then
	// tail[:joined], the data of the event so far with an LF behind each line, and a line without an end.
	tail   []byte
	joined int

	next   eventID // "last event ID buffer" of the event so far, noID before a line has set it
	nextID []byte  // its text, if it is one
	binary bool    // the name of the event so far says that its data is base64
	id     []byte  // the text of the last event ID, if it is one

	skipping bool // the event so far is over the limit
	inLine   bool // of which a line has begun
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
	case h == nil || len(h.tail) > 0:
	case h.next == noID && !h.binary && d.id != textID && !h.skipping:
		d.partial = nil
	default:
		h.tail = nil
	}
}

// size returns how many bytes are in the tail.
func (h *partial) size() int {
	if h == nil {
		return 0
	}
	return len(h.tail)
}

// hasData reports that data of the event under way is in the tail.
func (h *partial) hasData() bool { return h != nil && h.joined > 0 }

// inside reports that an event or a line is incomplete.
func (h *partial) inside() bool { return h.hasData() || h.hasLine() || h != nil && h.next != noID }

// hasLine reports that the begin of a line is in the tail.
func (h *partial) hasLine() bool { return h != nil && len(h.tail) > h.joined }

// join appends a line of data to the tail; it may lie in the tail's own spare room, but not before its end.
func (h *partial) join(line []byte) {
	h.tail = append(append(h.tail, line...), '\n')
	h.joined = len(h.tail)
}

// complete puts the line behind what the tail has of it, and takes the BOM from the first.
func (d *Decoder) complete(line []byte) []byte {
	if h := d.partial; h.hasLine() {
		// The line stays readable behind the end of the tail: nothing is appended before its data is.
		h.tail = append(h.tail, line...)
		line = h.tail[h.joined:]
		h.tail = h.tail[:h.joined]
	}
	if !d.begun {
		d.begun = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	return line
}

// keep holds what is incomplete where a piece of the stream ends: the event under way and the begin of a line.
func (d *Decoder) keep(e event, line []byte) {
	if d.partial == nil && e.data == nil && e.id == noID && !e.binary && len(line) == 0 {
		return
	}
	h := d.hold()
	if e.data != nil {
		h.join(e.data)
	}
	h.next, h.binary = e.id, e.binary
	h.tail = append(h.tail, line...)
}
