package hub

import "sort"

// A message has a number, which belongs to it wherever it is: another server may have it, too, and a fresh process continues where
// the one before it ended. It also has a place in this hub, which counts the messages that are here, from 1 and without gaps. The
// ring, the cursors and the counters are all of places, so that a gap in the numbers costs no history and no subscriber waits
// for a number that never came.

// run is a stretch of messages without a gap in their numbers: the first of it has this number at this place.
type run struct{ place, number uint64 }

// Append takes a message that has a number already, wakes every subscriber and reports true. A number that is not above the newest is
// a repeat: it is counted, not delivered, and reported false. Numbers that are missing in between are counted, and not waited
// for; before the first message none is missing, as a fresh process has no history. The hub keeps data.
func (h *Hub) Append(number uint64, data []byte, binary bool) (taken bool) {
	h.publish.Lock()
	defer h.publish.Unlock()
	if number <= h.newest {
		h.counters.repeats.Add(1)
		return false
	}
	h.append(Message{Seq: number, Data: data, Binary: binary})
	return true
}

// Publish appends a message of text with the next number, which it returns. It does not wait for subscribers. The hub keeps data.
func (h *Hub) Publish(data []byte) uint64 { return h.next(Message{Data: data}) }

// PublishBinary is Publish for data that is no text.
func (h *Hub) PublishBinary(data []byte) uint64 { return h.next(Message{Data: data, Binary: true}) }

func (h *Hub) next(m Message) uint64 {
	h.publish.Lock()
	defer h.publish.Unlock()
	m.Seq = h.newest + 1
	h.append(m)
	return m.Seq
}

// append puts a message at the next place; publish is locked.
func (h *Hub) append(m Message) {
	place := h.count.Load() + 1
	if place == 1 || m.Seq != h.newest+1 {
		h.begin(run{place, m.Seq})
	}
	if h.config.Encode != nil {
		m.Frame = h.config.Encode(m)
	}
	slot := h.slot(place)
	c := slot.Load()
	if at := (place - 1) % chunkSize; at == 0 {
		c = &chunk{first: place}
		c.messages[0] = m
		slot.Store(c)
	} else {
		c.messages[at] = m
	}
	h.newest = m.Seq
	h.count.Store(place)
	h.renewWake()
}

// begin notes a run, before its first message can be seen. Runs are few, one for each gap, and all are kept: the place of a number
// is known however old it is.
func (h *Hub) begin(r run) {
	var all []run
	if known := h.runs.Load(); known != nil {
		all = *known
		h.counters.gaps.Add(int64(r.number - h.newest - 1)) //nolint:gosec // numbers of messages are far below 2⁶³
	}
	all = append(all, r) // readers do not look behind the end that they know
	h.runs.Store(&all)
}

// number returns that of the message at a place; 0 of place 0.
func (h *Hub) number(place uint64) uint64 {
	if place == 0 {
		return 0
	}
	runs := *h.runs.Load()
	r := runs[sort.Search(len(runs), func(i int) bool { return runs[i].place > place })-1]
	return r.number + place - r.place
}

// place returns how many of the first count messages have numbers up to one.
func (h *Hub) place(number, count uint64) uint64 {
	if count == 0 {
		return 0
	}
	runs := *h.runs.Load()
	next := sort.Search(len(runs), func(i int) bool { return runs[i].number > number })
	if next == 0 {
		return 0
	}
	r, through := runs[next-1], count
	if next < len(runs) {
		through = min(count, runs[next].place-1)
	}
	return min(r.place+(number-r.number), through)
}

// start returns where a subscription to the messages after a number begins: behind which place, and which number it can rely on to
// be given nothing up to. A number above all that are here is one the hub will come to when a publisher outside gives the
// numbers. Of a hub that gives them itself it can only be one of the process before, whose numbers mean nothing any more: such
// a subscription begins with the next message.
func (h *Hub) start(after uint64) (place, number uint64) {
	count := h.count.Load()
	if newest := h.number(count); after > newest {
		if after == Live || !h.config.Given {
			after = newest
		}
		return count, after
	}
	return h.place(after, count), after
}
