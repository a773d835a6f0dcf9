package doctor

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Opcodes of frames (RFC 6455, section 5.2).
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// frame is one frame of a server, with as much of its payload as a sample shows, which is all of a control frame. Frames are read here
// and not by a library: libraries answer pings, fail at mistakes and unmask without a word, which is what is looked for.
type frame struct {
	at       time.Duration
	op       byte
	final    bool
	reserved byte // RSV1 to RSV3
	masked   bool
	size     uint64
	payload  []byte
}

// control reports whether it is a control frame.
func (f frame) control() bool { return f.op >= opClose }

const mostControl = 125

// errFrame is a frame that no client takes.
var errFrame = errors.New("malformed frame")

// readFrame reads one; what is no control frame is skipped as it comes.
func readFrame(r *bufio.Reader) (f frame, err error) {
	var head [2]byte
	if _, err = io.ReadFull(r, head[:]); err != nil {
		return f, err
	}
	f.final, f.reserved, f.op = head[0]&0x80 != 0, head[0]>>4&7, head[0]&15
	f.masked, f.size = head[1]&0x80 != 0, uint64(head[1]&0x7f)
	var more [8]byte
	switch f.size {
	case 126:
		_, err = io.ReadFull(r, more[6:])
		f.size = binary.BigEndian.Uint64(more[:])
	case 127:
		_, err = io.ReadFull(r, more[:])
		f.size = binary.BigEndian.Uint64(more[:])
	}
	if err != nil {
		return f, inside(err)
	}
	if f.size>>63 != 0 {
		return f, fmt.Errorf("%w: a length of 64 bits", errFrame)
	}
	if f.control() && (f.size > mostControl || !f.final) {
		return f, fmt.Errorf("%w: a control frame of %d bytes, or in fragments", errFrame, f.size)
	}
	if f.masked {
		if _, err = r.Discard(4); err != nil {
			return f, inside(err)
		}
	}
	f.payload = make([]byte, min(f.size, mostData))
	if _, err = io.ReadFull(r, f.payload); err == nil {
		_, err = io.CopyN(io.Discard, r, int64(f.size)-int64(len(f.payload))) //nolint:gosec // below 2^63
	}
	return f, inside(err)
}

// inside is the end of a connection in the middle of a frame.
func inside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// violation is what is wrong about a frame of a server; empty: nothing. deflates: messages may be compressed.
func (f frame) violation(deflates bool) string {
	allowed := byte(0)
	if deflates && !f.control() {
		allowed = 4
	}
	switch {
	case f.masked:
		return "the server masks its frames"
	case f.reserved&^allowed != 0:
		return fmt.Sprintf("reserved bits %03b are set, and no extension has them", f.reserved)
	case f.op > opPong, f.op > opBinary && f.op < opClose:
		return fmt.Sprintf("opcode %d is none", f.op)
	case f.op == opClose && f.size == 1:
		return "a close frame has half a code"
	default:
		return ""
	}
}

// closed is what a close frame says; 1005 is none.
func (f frame) closed() (code uint16, reason string) {
	if len(f.payload) < 2 {
		return closeNone, ""
	}
	return binary.BigEndian.Uint16(f.payload), string(f.payload[2:])
}

// Close codes (RFC 6455, section 7.4.1).
const (
	closeNormal   = 1000
	closeProtocol = 1002
	closeNone     = 1005
	closeBadData  = 1007
)

// masked makes a frame of a client, whose first byte is given.
func masked(first byte, payload []byte) []byte {
	b := []byte{first, 0x80 | byte(len(payload))} // control frames and short texts alone
	var key [4]byte
	_, _ = rand.Read(key[:]) // it never fails
	b = append(b, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

const final = 0x80

// ping, pong and closing are control frames.
func ping(payload string) []byte { return masked(final|opPing, []byte(payload)) }

func pong(payload []byte) []byte { return masked(final|opPong, payload) }

func closing(code uint16) []byte {
	if code == closeNone {
		return masked(final|opClose, nil)
	}
	return masked(final|opClose, binary.BigEndian.AppendUint16(nil, code))
}
