package sse

import (
	"bytes"
)

// event is what the event under way consists of so far, without its data in the tail.
type event struct {
	data   []byte // while that is one line, still where it was read
	id     eventID
	binary bool // its name says that the data is base64
}

// events takes one piece of the event stream (sections 9.2.5 and 9.2.6). Lines and data that lie whole in the piece are
// used where they are; the rest goes through the tail.
func (d *Decoder) events(p []byte, emit func(payload []byte)) error {
	if d.afterCR {
		d.afterCR = false
		if p[0] == '\n' {
			p = p[1:]
		}
	}
	if d.partial.skips() {
		if p = d.skip(p); len(p) == 0 {
			return nil
		}
	}
	// No line can be over the limit if all that is here is not.
	mayExceed := d.partial.size()+len(p) > d.Limit.Bytes()
	lf, cr := -1, -1 // the next of each: found once, so that no mix of line ends makes the search start over
	var e event
	if d.partial != nil {
		e.id, e.binary = d.partial.next, d.partial.binary
	}
	pos := 0
	for pos < len(p) {
		if lf < pos {
			lf = next(p, pos, '\n')
		}
		if cr < pos {
			cr = next(p, pos, '\r')
		}
		end := min(lf, cr)
		if mayExceed && d.exceeds(e.data, p[pos:end]) {
			emit(nil)
			d.beginSkip()
			if p = d.skip(p[pos:]); len(p) == 0 {
				return nil
			}
			return d.events(p, emit)
		}
		if end == len(p) {
			break
		}
		line := p[pos:end]
		pos = end + 1
		if end == cr { // ends a line at once: waiting for an LF would delay the event
			d.afterCR = pos == len(p)
			if !d.afterCR && p[pos] == '\n' {
				pos++
			}
		}
		if d.partial.hasLine() || !d.begun {
			line = d.complete(line)
		}
		switch {
		case len(line) == 0:
			if err := d.dispatch(e, emit); err != nil {
				return err
			}
			e = event{}
		case len(line) >= len("data:") && string(line[:len("data:")]) == "data:":
			e = d.addData(e, line[len("data:"):])
		case len(line) >= len("id:") && string(line[:len("id:")]) == "id:":
			e = d.nextID(e, line[len("id:"):])
		default:
			e = d.field(e, line)
		}
	}
	d.keep(e, p[pos:])
	return nil
}

// next returns where c is next in p from pos on, or the length of p.
func next(p []byte, pos int, c byte) int {
	if p[pos] == c { // as at the end of every event, and cheaper than to search
		return pos
	}
	if i := bytes.IndexByte(p[pos:], c); i >= 0 {
		return pos + i
	}
	return len(p)
}

// field takes a line that is not empty: a field with a value, one without, or a comment, which has no name.
func (d *Decoder) field(e event, line []byte) event {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		value = line[len(line):]
	}
	switch string(name) {
	case "data":
		return d.addData(e, value)
	case "id":
		return d.nextID(e, value)
	case "event": // names a listener; the last one counts
		e.binary = !d.external && string(withoutSpace(value)) == binaryEvent
	case "retry":
		d.setRetry(withoutSpace(value))
	}
	return e // every other field is ignored
}

// addData adds one line to the event's data.
func (d *Decoder) addData(e event, value []byte) event {
	value = withoutSpace(value)
	if e.data == nil && !d.partial.hasData() {
		e.data = value
		return e
	}
	h := d.hold()
	if e.data != nil {
		h.join(e.data)
	}
	h.join(value)
	e.data = nil
	return e
}

// dispatch ends an event. One without a data line is none, but its id counts (section 9.2.6, "dispatch the event").
func (d *Decoder) dispatch(e event, emit func(payload []byte)) error {
	if e.id == textID && len(d.partial.nextID) > maxID {
		return errID
	}
	d.setID(e)
	data := e.data
	if h := d.partial; data == nil && h.hasData() {
		data = h.tail[:h.joined-1] // stays readable: nothing is appended before it has been
		h.tail, h.joined = h.tail[:0], 0
	}
	switch {
	case data == nil:
	case e.binary:
		return emitBinary(data, emit)
	default:
		emit(data)
	}
	return nil
}

// exceeds reports whether the event under way is over the limit with this line, or with as much of it as there is.
func (d *Decoder) exceeds(data, line []byte) bool {
	n := d.partial.size() + len(line)
	if data != nil {
		n += len(data) + 1
	}
	return n > d.Limit.Bytes()
}

// withoutSpace removes the one space that may follow the colon.
func withoutSpace(value []byte) []byte {
	if len(value) > 0 && value[0] == ' ' {
		return value[1:]
	}
	return value
}
