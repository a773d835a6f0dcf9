package websocket

import (
	"encoding/binary"
	"unicode/utf8"
)

// inbound reads what a subscriber sends (RFC 6455 section 5.2): pongs, pings, the close frame, and data frames. It holds
// nothing while no frame is incomplete.
type inbound struct{ tail []byte }

// feed takes the next bytes, which it unmasks in place, and hands data frames to data. It returns the payload of the newest ping, valid until the next
// call and nil if there was none, and the code to close the connection with: the client's, or that of its error; 0 while
// it stays open.
func (in *inbound) feed(b []byte, data func(final bool, payload []byte)) (ping []byte, code int) {
	if len(in.tail) > 0 {
		b = append(in.tail, b...)
		in.tail = nil
	}
	for {
		op, payload, size, code := clientFrame(b)
		switch {
		case code != 0:
			return ping, code
		case size == 0:
			if len(b) > 0 {
				in.tail = append([]byte(nil), b...)
			}
			return ping, 0
		case op == opPing:
			ping = payload
		case op == opClose:
			return ping, answerTo(payload)
		case op < opClose:
			data(b[0]&0x80 != 0, payload)
		}
		b = b[size:]
	}
}

const (
	opBinary = 2
	opClose  = 8
	opPing   = 9
	opPong   = 10
	longest  = 125 // control frame, in bytes
)

// clientFrame reads the frame that b begins with. A size of 0 means that a part is missing; a code, that it is not allowed.
func clientFrame(b []byte) (op byte, payload []byte, size, code int) {
	if len(b) < 2 {
		return 0, nil, 0, 0
	}
	op = b[0] & 0x0f
	final, control := b[0]&0x80 != 0, op >= opClose
	n, head := int(b[1]&0x7f), 2
	if b[0]&0x70 != 0 || b[1]&0x80 == 0 || op > opPong || op > opBinary && !control || control && (!final || n > longest) {
		return 0, nil, 0, protocolError
	}
	switch {
	case n == 126 && len(b) >= 4:
		n, head = int(binary.BigEndian.Uint16(b[2:])), 4
	case n == 127 && len(b) >= 10:
		if long := binary.BigEndian.Uint64(b[2:]); long > readLimit {
			return 0, nil, 0, tooBig
		}
		n, head = int(binary.BigEndian.Uint64(b[2:])), 10 //nolint:gosec // at most readLimit
	case n > longest:
		return 0, nil, 0, 0
	}
	if n > readLimit {
		return 0, nil, 0, tooBig
	}
	size = head + 4 + n
	if len(b) < size {
		return 0, nil, 0, 0
	}
	mask := b[head : head+4]
	payload = b[head+4 : size : size]
	for i := range payload {
		payload[i] ^= mask[i&3]
	}
	return op, payload, size, 0
}

// answerTo returns the code that answers the body of a close frame: its own if that is one (section 7.4).
func answerTo(body []byte) int {
	if len(body) == 0 {
		return noCode
	}
	if len(body) == 1 || !utf8.Valid(body[2:]) {
		return protocolError
	}
	code := int(binary.BigEndian.Uint16(body))
	if code < 1000 || code >= 1004 && code <= 1006 || code >= 1015 && code < 3000 || code >= 5000 {
		return protocolError
	}
	return code
}
