package tcp

// Kept returns how many bytes the decoder keeps of input that is gone, and the room they take.
func (f *Frames) Kept() (n, room int) { return len(f.tail), cap(f.tail) }
