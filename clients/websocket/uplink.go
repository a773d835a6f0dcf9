package websocket

import "encoding/binary"

// Ready reports whether a message can be sent: frames wait for nothing.
func (d *Decoder) Ready() bool { return d.phase == open && d.marks&closeSent == 0 }

// Uplink returns the text frame that sends a message, masked as a client must (section 5.3).
func (d *Decoder) Uplink(message []byte) []byte {
	b := make([]byte, 0, head64+4+len(message))
	switch n := len(message); {
	case n < length16:
		b = append(b, bitFinal|byte(opText), bitMask|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, bitFinal|byte(opText), bitMask|length16), uint16(n)) //nolint:gosec // it fits
	default:
		b = binary.BigEndian.AppendUint64(append(b, bitFinal|byte(opText), bitMask|length64), uint64(n))
	}
	return appendMasked(b, message)
}
