package sse

// Kept returns how many bytes the decoder keeps of input that is gone, and the room they take.
func (d *Decoder) Kept() (n, room int) {
	if d.partial == nil {
		return 0, 0
	}
	return len(d.partial.tail), cap(d.partial.tail)
}

// Bare reports that the decoder keeps nothing beside its own 48 bytes.
func (d *Decoder) Bare() bool { return d.partial == nil }
