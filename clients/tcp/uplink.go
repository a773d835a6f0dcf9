package tcp

import "encoding/binary"

// Ready reports whether a message can be sent: frames wait for nothing.
func (d *Decoder) Ready() bool { return d.began && !d.failed }

// Uplink returns the frame that sends a message.
func (d *Decoder) Uplink(message []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headSize+len(message)), uint32(len(message))) //nolint:gosec // a short one
	return append(b, message...)
}
