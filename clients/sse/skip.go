package sse

import "bytes"

// skips reports that the event under way is over the limit: nothing of it is kept.
func (h *partial) skips() bool { return h != nil && h.skipping }

// Skipping reports that the bytes to come are of an event over the limit.
func (d *Decoder) Skipping() bool { return d.partial.skips() }

// beginSkip forgets the event under way.
func (d *Decoder) beginSkip() {
	h := d.hold()
	h.skipping, h.inLine = true, h.hasLine()
	h.tail, h.joined, h.next, h.binary = nil, 0, noID, false
	d.begun = true
}

// skip passes over the event under way, and returns what stands behind the empty line that ends it.
func (d *Decoder) skip(p []byte) (rest []byte) {
	h := d.partial
	for {
		end := bytes.IndexAny(p, "\r\n")
		if end < 0 {
			h.inLine = h.inLine || len(p) > 0
			return nil
		}
		over := end == 0 && !h.inLine
		h.inLine = false
		cr := p[end] == '\r'
		p = p[end+1:]
		d.afterCR = cr && len(p) == 0
		if cr && len(p) > 0 && p[0] == '\n' {
			p = p[1:]
		}
		if over {
			h.skipping = false
			return p
		}
	}
}

// Holding is how many bytes of memory the decoder has for what is incomplete.
func (d *Decoder) Holding() int {
	if d.partial == nil {
		return 0
	}
	return cap(d.partial.tail)
}

// Forget gives them back; the connection has ended.
func (d *Decoder) Forget() {
	if d.partial != nil {
		d.partial.tail, d.partial.joined = nil, 0
	}
}
