package websocket

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"
)

type opcode uint8

// Opcodes (section 5.2, 11.8).
const (
	opContinuation opcode = 0
	opText         opcode = 1
	opBinary       opcode = 2
	opClose        opcode = 8
	opPing         opcode = 9
	opPong         opcode = 10
)

// The first two bytes of a frame (section 5.2).
const (
	bitFinal  = 0x80
	bitsRSV   = 0x70
	bitsCode  = 0x0f
	bitMask   = 0x80
	length16  = 126
	length64  = 127
	reserve   = 64 << 10 // what a length alone may allocate, before its bytes have come
	headShort = 2
	head16    = 4
	head64    = 10
)

// frames takes what follows the handshake.
func (d *Decoder) frames(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	for len(in) > 0 && err == nil {
		if d.left > 0 {
			in, err = d.payload(in, emit)
			continue
		}
		if d.kind == 0 && len(d.tail) == 0 {
			n, size := whole(in)
			if size > 0 && n <= d.limit() && (opcode(in[0]&bitsCode) == opBinary || utf8.Valid(in[size-n:size])) {
				emit(in[size-n : size])
				in = in[size:]
				continue
			}
		}
		in, reply, err = d.next(in, reply, emit)
	}
	if e, ok := err.(*Error); ok { //nolint:errorlint // made here, never wrapped
		reply = d.closeFrame(reply, e.Code)
	}
	return reply, err
}

// whole recognises what nearly every frame is: an unfragmented message below 64 KiB of which all bytes are here. It
// returns its payload length and its size; a size of zero means that this frame takes the long way.
func whole(in []byte) (n, size int) {
	if len(in) < head16 || in[0] != bitFinal|byte(opText) && in[0] != bitFinal|byte(opBinary) {
		return 0, 0
	}
	n, size = int(in[1]), headShort+int(in[1])
	if n == length16 {
		n = int(binary.BigEndian.Uint16(in[headShort:]))
		size = head16 + n
		if n < length16 {
			return 0, 0
		}
	} else if n > length16 {
		return 0, 0
	}
	if size > len(in) {
		return 0, 0
	}
	return n, size
}

// next takes the head of a frame, and the rest too if it is a control frame.
func (d *Decoder) next(in, reply []byte, emit func(payload []byte)) (rest, newReply []byte, err error) {
	unit := in
	if len(d.tail) > d.size {
		unit = d.tail[d.size:]
	}
	for {
		need := headShort
		if len(unit) >= headShort {
			if err := d.check(unit[0], unit[1]); err != nil {
				return nil, reply, err
			}
			need = unitSize(unit)
		}
		if len(unit) >= need {
			unit = unit[:need]
			break
		}
		if len(in) == 0 {
			return nil, reply, nil
		}
		held := len(d.tail) - d.size
		n := min(need-held, len(in))
		d.tail = append(d.tail, in[:n]...)
		in = in[n:]
		unit = d.tail[d.size:]
	}
	if len(d.tail) > d.size {
		d.tail = d.tail[:d.size] // the unit stays readable: nothing is appended before it has been read
	} else {
		in = in[len(unit):]
	}
	if opcode(unit[0]&bitsCode) >= opClose {
		reply, err = d.control(unit, reply)
		return in, reply, err
	}
	in, err = d.begin(unit, in, emit)
	return in, reply, err
}

// unitSize returns how many bytes must be together to go on: the frame's head, and for a control frame all of it.
func unitSize(b []byte) int {
	switch n := int(b[1]); {
	case opcode(b[0]&bitsCode) >= opClose:
		return headShort + n
	case n == length16:
		return head16
	case n == length64:
		return head64
	}
	return headShort
}

// check refuses what the first two bytes of a frame must not say.
func (d *Decoder) check(b0, b1 byte) error {
	op, final := opcode(b0&bitsCode), b0&bitFinal != 0
	switch {
	case b0&bitsRSV != 0: // section 5.2: no extension was negotiated that gives them a meaning
		return protocolError("reserved bits are set")
	case b1&bitMask != 0: // section 5.1
		return protocolError("the server masked a frame")
	case op > opPong || op > opBinary && op < opClose: // section 5.2
		return protocolError(fmt.Sprintf("opcode %d is reserved", op))
	case op >= opClose && (!final || b1 >= length16): // section 5.5
		return protocolError("a control frame is fragmented or longer than 125 bytes")
	case op == opContinuation && d.kind == 0: // section 5.4
		return protocolError("a continuation has no message to continue")
	case (op == opText || op == opBinary) && d.kind != 0: // section 5.4
		return protocolError("a message begins inside another")
	}
	return nil
}

// begin starts a data frame.
func (d *Decoder) begin(head, in []byte, emit func(payload []byte)) (rest []byte, err error) {
	n, least := uint64(head[1]), uint64(0)
	switch len(head) {
	case head16:
		n, least = uint64(binary.BigEndian.Uint16(head[headShort:])), length16
	case head64:
		n, least = binary.BigEndian.Uint64(head[headShort:]), 1<<16
	}
	switch { // section 5.2, "Payload length"
	case n>>63 != 0:
		return nil, protocolError("the top bit of a length is set")
	case n < least:
		return nil, protocolError(fmt.Sprintf("a length of %d is not in its shortest form", n))
	case n > uint64(d.limit()-d.size): //nolint:gosec // the size of a message is never over the limit
		return nil, &Error{CodeTooBig, fmt.Sprintf("message is over the limit of %d bytes", d.limit())}
	}
	if op := opcode(head[0] & bitsCode); op != opContinuation {
		d.kind = op
	}
	d.final = head[0]&bitFinal != 0
	d.left = n
	if n == 0 {
		return in, d.end(emit)
	}
	d.tail = slices.Grow(d.tail, int(min(n, reserve)))
	return in, nil
}

// payload takes bytes of the data frame under way.
func (d *Decoder) payload(in []byte, emit func(payload []byte)) (rest []byte, err error) {
	n := int(min(d.left, uint64(len(in)))) //nolint:gosec // at most len(in)
	d.tail = append(d.tail, in[:n]...)
	d.size = len(d.tail)
	d.left -= uint64(n)
	if d.kind == opText && !d.validSoFar() {
		return nil, &Error{CodeBadData, "a text message is not UTF-8"}
	}
	if d.left == 0 {
		err = d.end(emit)
	}
	return in[n:], err
}

// validSoFar checks the bytes that are new, but for a character whose rest is still to come: a text message must be
// UTF-8 as a whole, and may be cut anywhere (sections 5.6, 8.1).
func (d *Decoder) validSoFar() bool {
	b := d.tail[d.text:d.size]
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if start := b[len(b)-i:]; utf8.RuneStart(start[0]) {
			if !utf8.FullRune(start) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	d.text += len(b)
	return utf8.Valid(b)
}

// end is where a data frame ends.
func (d *Decoder) end(emit func(payload []byte)) error {
	if !d.final {
		return nil
	}
	if d.kind == opText && d.text != d.size {
		return &Error{CodeBadData, "a text message ends inside a character"}
	}
	emit(d.tail[:d.size])
	d.tail, d.size, d.text, d.kind = d.tail[:0], 0, 0, 0
	return nil
}

func (d *Decoder) limit() int {
	if d.Limit == 0 {
		return DefaultLimit
	}
	return d.Limit
}

func protocolError(text string) error { return &Error{CodeProtocol, text} }
