package sse

import "bytes"

// events takes one piece of the event stream (sections 9.2.5 and 9.2.6). Lines and data that lie whole in the piece are
// used where they are; the rest goes through the tail.
func (d *Decoder) events(p []byte, emit func(payload []byte)) error {
	if d.afterCR {
		d.afterCR = false
		if p[0] == '\n' {
			p = p[1:]
		}
	}
	// No line can be over the limit if all that is here is not.
	mayExceed := len(d.tail)+len(p) > d.limit()
	lf, cr := -1, -1 // the next of each: found once, so that no mix of line ends makes the search start over
	var data []byte  // the event's data while it is one line, still where it was read
	pos := 0
	for pos < len(p) {
		if lf < pos {
			lf = next(p, pos, '\n')
		}
		if cr < pos {
			cr = next(p, pos, '\r')
		}
		end := min(lf, cr)
		if mayExceed && d.exceeds(data, p[pos:end]) {
			return errLimit
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
		if len(d.tail) > d.joined || !d.begun {
			line = d.complete(line)
		}
		switch {
		case len(line) == 0:
			d.dispatch(data, emit)
			data = nil
		case len(line) >= len("data:") && string(line[:len("data:")]) == "data:":
			data = d.addData(data, line[len("data:"):])
		case len(line) >= len("id:") && string(line[:len("id:")]) == "id:":
			d.setID(line[len("id:"):])
		default:
			data = d.field(data, line)
		}
	}
	if data != nil {
		d.join(data)
	}
	d.tail = append(d.tail, p[pos:]...)
	return nil
}

// complete puts the line behind what the tail has of it, and takes the BOM from the first.
func (d *Decoder) complete(line []byte) []byte {
	if len(d.tail) > d.joined {
		// The line stays readable behind the end of the tail: nothing is appended before its data is.
		d.tail = append(d.tail, line...)
		line = d.tail[d.joined:]
		d.tail = d.tail[:d.joined]
	}
	if !d.begun {
		d.begun = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	return line
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
func (d *Decoder) field(data, line []byte) []byte {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		value = line[len(line):]
	}
	switch string(name) {
	case "data":
		return d.addData(data, value)
	case "id":
		d.setID(value)
	case "retry":
		d.setRetry(withoutSpace(value))
	}
	return data // "event" names a listener, and here all events have the same; every other field is ignored
}

// setID takes an id that an event will bring when it is dispatched.
func (d *Decoder) setID(value []byte) {
	if bytes.IndexByte(value, 0) < 0 {
		d.nextID, d.hasID = append(d.nextID[:0], withoutSpace(value)...), true
	}
}

// addData adds one line to the event's data.
func (d *Decoder) addData(data, value []byte) []byte {
	value = withoutSpace(value)
	if data == nil && d.joined == 0 {
		return value
	}
	if data != nil {
		d.join(data)
	}
	d.join(value)
	return nil
}

// join appends a line of data to the tail; it may lie in the tail's own spare room, but not before its end.
func (d *Decoder) join(line []byte) {
	d.tail = append(append(d.tail, line...), '\n')
	d.joined = len(d.tail)
}

// dispatch ends an event. One without a data line is none, but its id counts (section 9.2.6, "dispatch the event").
func (d *Decoder) dispatch(data []byte, emit func(payload []byte)) {
	if d.hasID {
		d.id, d.nextID, d.hasID = d.nextID, d.id, false
	}
	switch {
	case data != nil:
		emit(data)
	case d.joined > 0:
		emit(d.tail[:d.joined-1])
		d.tail, d.joined = d.tail[:0], 0
	}
}

// exceeds reports whether the event under way is over the limit with this line, or with as much of it as there is.
func (d *Decoder) exceeds(data, line []byte) bool {
	n := len(d.tail) + len(line)
	if data != nil {
		n += len(data) + 1
	}
	return n > d.limit()
}

func (d *Decoder) limit() int {
	if d.Limit == 0 {
		return DefaultLimit
	}
	return d.Limit
}

// withoutSpace removes the one space that may follow the colon.
func withoutSpace(value []byte) []byte {
	if len(value) > 0 && value[0] == ' ' {
		return value[1:]
	}
	return value
}
