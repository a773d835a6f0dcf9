package websocket

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"
)

// Status codes of close frames (section 7.4.1).
const (
	CodeNormal   = 1000
	CodeAway     = 1001
	CodeProtocol = 1002
	CodeNone     = 1005 // stands for a close frame without a code, and is never sent
	CodeBadData  = 1007
	CodeTooBig   = 1009
	CodeRestart  = 1012 // section 11.7 has it registered: the server is restarted, and clients may come back
)

// control answers a control frame (section 5.5); a pong that nobody asked for is a heartbeat, and ignored.
func (d *Decoder) control(frame, reply []byte) ([]byte, error) {
	payload := frame[headShort:]
	switch opcode(frame[0] & bitsCode) {
	case opPing:
		return appendFrame(reply, opPong, payload), nil
	case opClose:
		code, err := closeCode(payload)
		if err != nil {
			return reply, err
		}
		d.code = code
		d.keepReason(payload)
		return d.closeFrame(reply, code), closed(code, payload)
	}
	return reply, nil
}

// CloseError is a close frame that gives another reason than a normal end: any code but 1000, 1001, 1012 and none.
type CloseError struct {
	Code   uint16
	Reason string
}

func (e *CloseError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("websocket: the server closed with code %d", e.Code)
	}
	return fmt.Sprintf("websocket: the server closed with code %d, %q", e.Code, e.Reason)
}

// closed is what a close frame means: io.EOF, or a CloseError.
func closed(code uint16, body []byte) error {
	switch code {
	case CodeNormal, CodeAway, CodeRestart, CodeNone:
		return io.EOF
	}
	return &CloseError{Code: code, Reason: string(body[2:])}
}

// keepReason keeps what a close frame says beside its code, and nothing else any more. The body may be held itself.
func (d *Decoder) keepReason(body []byte) {
	d.partial = nil
	if len(body) > 2 {
		d.partial = &partial{tail: bytes.Clone(body[2:])}
	}
}

// Ended is the server's close frame in words, where that ends the connection normally: close 1001 "going away". Empty: it has sent none.
func (d *Decoder) Ended() string {
	switch {
	case d.phase != done:
		return ""
	case d.code == CodeNone:
		return "close without a code"
	case d.partial == nil:
		return fmt.Sprintf("close %d", d.code)
	default:
		return fmt.Sprintf("close %d %q", d.code, d.partial.tail)
	}
}

// closeCode reads the body of a close frame (section 5.5.1): nothing, or a code and a reason in UTF-8.
func closeCode(body []byte) (uint16, error) {
	if len(body) == 0 {
		return CodeNone, nil
	}
	if len(body) == 1 {
		return 0, protocolError("a close frame has half a code")
	}
	code := binary.BigEndian.Uint16(body)
	switch {
	// 1004 to 1006 and 1015 are not for the wire, and neither is what nobody has defined: section 7.4.1, and the
	// registry of section 11.7, which has grown to 1014 since. From 3000 on codes belong to libraries and applications.
	case code < 1000, code >= 1004 && code <= 1006, code >= 1015 && code < 3000, code >= 5000:
		return 0, protocolError(fmt.Sprintf("close code %d is invalid", code))
	case !utf8.Valid(body[2:]):
		return 0, &Error{CodeBadData, "the reason of a close frame is not UTF-8"}
	}
	return code, nil
}

// closeFrame appends a close frame unless one was sent: there is only one (section 5.5.1).
func (d *Decoder) closeFrame(reply []byte, code uint16) []byte {
	if d.marks&closeSent != 0 {
		return reply
	}
	d.marks |= closeSent
	if code == CodeNone {
		return appendFrame(reply, opClose, nil)
	}
	return appendFrame(reply, opClose, binary.BigEndian.AppendUint16(nil, code))
}

// appendFrame appends an unfragmented frame of at most 125 bytes, masked as a client must (section 5.3).
func appendFrame(b []byte, op opcode, payload []byte) []byte {
	return appendMasked(append(b, bitFinal|byte(op), bitMask|byte(len(payload))), payload) //nolint:gosec // at most 125
}

// appendMasked appends what stands behind a frame's length: a mask, and the payload under it.
func appendMasked(b, payload []byte) []byte {
	b = append(b, 0, 0, 0, 0)
	start := len(b)
	mask := b[start-4:]
	_, _ = rand.Read(mask) // never fails
	b = append(b, payload...)
	mask = b[start-4 : start] // append may have moved it
	for i := range payload {
		b[start+i] ^= mask[i&3]
	}
	return b
}
