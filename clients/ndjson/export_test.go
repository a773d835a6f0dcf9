package ndjson

// Kept returns how many bytes the decoder keeps of input that is gone, and the room they take.
func (d *Decoder) Kept() (n, room int) { return len(d.Tail), cap(d.Tail) }
