package websocket

// Held returns how many bytes the decoder keeps of input that is gone, and the room they take.
func (d *Decoder) Held() (n, room int) {
	if d.held == nil {
		return 0, 0
	}
	return len(d.held.tail), cap(d.held.tail)
}

// Bare reports that the decoder keeps nothing beside its own 16 bytes.
func (d *Decoder) Bare() bool { return d.held == nil }

// Window returns how much the decoder keeps of the server's window.
func (d *Decoder) Window() int { return len(d.held.window.last) }
