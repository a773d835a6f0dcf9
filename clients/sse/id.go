package sse

import (
	"bytes"
	"strconv"
)

// eventID is a last event ID in one word. Servers number their events: such an id is a number here and takes no memory
// of its own, however many connections have one.
type eventID uint64

const (
	noID    eventID = iota
	emptyID         // the empty string
	textID          // any other text; partial has it
	number          // number+n is n in its shortest decimal form
)

// parseID says what an id is. A number may have 19 digits, for which a word has room.
func parseID(value []byte) eventID {
	if len(value) == 0 {
		return emptyID
	}
	if len(value) > 19 || value[0] == '0' && len(value) > 1 {
		return textID
	}
	n := eventID(0)
	for _, c := range value {
		if c < '0' || c > '9' {
			return textID
		}
		n = n*10 + eventID(c-'0')
	}
	return number + n
}

// nextID takes the value of an id line: it counts when the event is dispatched. One with a NUL is none.
func (d *Decoder) nextID(e event, value []byte) event {
	value = withoutSpace(value)
	id := parseID(value)
	if id == textID {
		if bytes.IndexByte(value, 0) >= 0 {
			return e
		}
		h := d.hold()
		h.nextID = append(h.nextID[:0], value...)
	}
	e.id = id
	return e
}

// setID makes the event's id the last one, if it has one.
func (d *Decoder) setID(e event) {
	if e.id == textID {
		d.partial.id, d.partial.nextID = d.partial.nextID, d.partial.id
	}
	if e.id != noID {
		d.id = e.id
	}
}

// maxID bounds an id that is a text, in bytes: every connection keeps its last one.
const maxID = 4096

// LastEventID returns the id of the last event that set one, or the sequence number Open resumed after.
func (d *Decoder) LastEventID() string {
	switch {
	case d.id >= number:
		return strconv.FormatUint(uint64(d.id-number), 10)
	case d.id == textID:
		return string(d.partial.id)
	}
	return ""
}

// text is what is held of an id, nil unless it is a text.
func (h *partial) text(id eventID) []byte {
	if id != textID {
		return nil
	}
	return h.id
}
