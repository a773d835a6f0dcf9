package websocket

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/pushbench/pushbench/internal/wire"
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
	bitRSV1   = 0x40 // the message is compressed (RFC 7692 section 6)
	bitsCode  = 0x0f
	bitMask   = 0x80
	length16  = 126
	length64  = 127
	headShort = 2
	head16    = 4
	head64    = 10
)

// frames takes what follows the handshake.
func (d *Decoder) frames(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	for len(in) > 0 && err == nil {
		if d.partial.empty() {
			n, size := whole(in, d.marks&deflates != 0)
			if size > 0 && n <= d.Limit.Bytes() {
				payload, kind := in[size-n:size], opcode(in[0]&bitsCode)
				if in[0]&bitRSV1 != 0 {
					in, err = in[size:], inflate(payload, kind, d.Limit.Bytes(), d.partial.history(), emit)
					continue
				}
				if kind == opBinary || utf8.Valid(payload) {
					emit(payload)
					in = in[size:]
					continue
				}
			}
		} else if d.partial.left > 0 {
			in, err = d.partial.payload(in, d.Limit.Bytes(), emit)
			continue
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
func whole(in []byte, compressed bool) (n, size int) {
	if len(in) < headShort {
		return 0, 0
	}
	first := in[0]
	if compressed {
		first &^= bitRSV1
	}
	if first != bitFinal|byte(opText) && first != bitFinal|byte(opBinary) {
		return 0, 0
	}
	n, size = int(in[1]), headShort+int(in[1])
	if n == length16 && len(in) >= head16 {
		n = int(binary.BigEndian.Uint16(in[headShort:]))
		size = head16 + n
		if n < length16 {
			return 0, 0
		}
	} else if n >= length16 {
		return 0, 0
	}
	if size > len(in) {
		return 0, 0
	}
	return n, size
}

// next takes the head of a frame, and the rest too if it is a control frame.
func (d *Decoder) next(in, reply []byte, emit func(payload []byte)) (rest, newReply []byte, err error) {
	unit, rest, err := d.unit(in)
	if unit == nil {
		return nil, reply, err
	}
	if opcode(unit[0]&bitsCode) >= opClose {
		reply, err = d.control(unit, reply)
		return rest, reply, err
	}
	rest, err = d.begin(unit, rest, emit)
	return rest, reply, err
}

// unit returns what must be together to go on, and the bytes behind it; nil if that is not all here.
func (d *Decoder) unit(in []byte) (unit, rest []byte, err error) {
	if len(d.partial.unit()) == 0 {
		need, err := d.need(in)
		if err != nil {
			return nil, nil, err
		}
		if len(in) >= need {
			return in[:need], in[need:], nil
		}
	}
	h := d.hold()
	for {
		unit = h.unit()
		need, err := d.need(unit)
		switch {
		case err != nil:
			return nil, nil, err
		case len(unit) == need:
			h.tail = h.tail[:h.size] // the unit stays readable: nothing is appended before it has been read
			return unit, in, nil
		case len(in) == 0:
			return nil, nil, nil
		}
		n := min(need-len(unit), len(in))
		h.tail, in = append(h.tail, in[:n]...), in[n:]
	}
}

// need returns how many bytes must be together to go on, as far as those that are here tell: the frame's head, and for
// a control frame all of it.
func (d *Decoder) need(b []byte) (int, error) {
	if len(b) < headShort {
		return headShort, nil
	}
	if err := d.check(b[0], b[1]); err != nil {
		return 0, err
	}
	switch n := int(b[1]); {
	case opcode(b[0]&bitsCode) >= opClose:
		return headShort + n, nil
	case n == length16:
		return head16, nil
	case n == length64:
		return head64, nil
	}
	return headShort, nil
}

// check refuses what the first two bytes of a frame must not say.
func (d *Decoder) check(b0, b1 byte) error {
	op, final := opcode(b0&bitsCode), b0&bitFinal != 0
	inMessage := d.partial != nil && d.partial.kind != 0
	switch {
	// Section 5.2: no extension was negotiated that gives them a meaning, but one that marks the first frame of a message.
	case b0&bitsRSV != 0 && (d.marks&deflates == 0 || b0&bitsRSV != bitRSV1 || op != opText && op != opBinary):
		return protocolError("reserved bits are set")
	case b1&bitMask != 0: // section 5.1
		return protocolError("the server masked a frame")
	case op > opPong || op > opBinary && op < opClose: // section 5.2
		return protocolError(fmt.Sprintf("opcode %d is reserved", op))
	case op >= opClose && (!final || b1 >= length16): // section 5.5
		return protocolError("a control frame is fragmented or longer than 125 bytes")
	case op == opContinuation && !inMessage: // section 5.4
		return protocolError("a continuation has no message to continue")
	case (op == opText || op == opBinary) && inMessage: // section 5.4
		return protocolError("a message begins inside another")
	}
	return nil
}

// begin starts a data frame.
func (d *Decoder) begin(head, in []byte, emit func(payload []byte)) (rest []byte, err error) {
	h := d.hold()
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
	}
	if op := opcode(head[0] & bitsCode); op != opContinuation {
		h.kind, h.deflated = op, head[0]&bitRSV1 != 0
	}
	h.final = head[0]&bitFinal != 0
	h.left = n
	if !h.skipping && n > uint64(d.Limit.Bytes()-h.size) { //nolint:gosec // the size of a message is never over the limit
		if h.deflated { // the messages behind it may refer to it
			return nil, tooBig(d.Limit.Bytes())
		}
		emit(nil)
		h.skip()
	}
	if n == 0 {
		return in, h.end(d.Limit.Bytes(), emit)
	}
	return in, nil
}

func tooBig(limit int) error { return &Error{CodeTooBig, wire.OverLimit("a message", limit)} }

func protocolError(text string) error { return &Error{CodeProtocol, text} }
