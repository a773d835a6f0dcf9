package gunzip

// windowSize is how far a stream may refer back, in bytes (RFC 1951, section 2).
const windowSize = 32 << 10

// firstWindow is what a window begins with: a stream that has said little so far holds little.
const firstWindow = 512

// window holds the last of the content, as a ring once there is as much as it takes.
type window struct {
	ring    []byte
	at      int // where the next byte goes
	emitted int // ring[emitted:at] is still to be emitted
	round   bool
}

// reach is how far back there is something.
func (w *window) reach() int {
	if w.round {
		return len(w.ring)
	}
	return w.at
}

// room makes room for at least one byte and returns where.
func (w *window) room(emit func(piece []byte) error) ([]byte, error) {
	if w.at < len(w.ring) {
		return w.ring[w.at:], nil
	}
	if len(w.ring) < windowSize {
		larger := make([]byte, max(firstWindow, 2*len(w.ring)))
		copy(larger, w.ring)
		w.ring = larger
		return w.ring[w.at:], nil
	}
	err := w.flush(emit)
	w.at, w.emitted, w.round = 0, 0, true
	return w.ring, err
}

// flush emits what has not been.
func (w *window) flush(emit func(piece []byte) error) error {
	piece := w.ring[w.emitted:w.at]
	w.emitted = w.at
	if len(piece) == 0 {
		return nil
	}
	return emit(piece)
}

// repeat appends n bytes from distance back, which may reach into the bytes it appends.
func (w *window) repeat(distance, n int, emit func(piece []byte) error) error {
	for n > 0 {
		room, err := w.room(emit)
		if err != nil {
			return err
		}
		from := w.at - distance
		if from < 0 {
			from += len(w.ring)
		}
		m := copy(room[:min(n, distance, len(room))], w.ring[from:])
		w.at += m
		n -= m
	}
	return nil
}
