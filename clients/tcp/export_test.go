package tcp

// Held returns how many bytes the decoder keeps of input that is gone, and the room they take.
func (f *Frames) Held() (n, room int) { return len(f.tail), cap(f.tail) }
