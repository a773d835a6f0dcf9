package doctor

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"
)

// server is a frame as a server writes it.
func server(first byte, payload string) []byte {
	return append([]byte{first, byte(len(payload))}, payload...)
}

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		name      string
		in        []byte
		err       error
		violation string
	}{
		{"text", server(0x81, "hello"), nil, ""},
		{"compressed text", server(0xc1, "hello"), nil, "reserved bits 100 are set, and no extension has them"},
		{"ping", server(0x89, "x"), nil, ""},
		{"masked", []byte{0x81, 0x81, 1, 2, 3, 4, 'a'}, nil, "the server masks its frames"},
		{"opcode 3", server(0x83, ""), nil, "opcode 3 is none"},
		{"opcode 11", server(0x8b, ""), nil, "opcode 11 is none"},
		{"half a code", server(0x88, "\x03"), nil, "a close frame has half a code"},
		{"long ping", []byte{0x89, 126, 1, 0}, errFrame, ""},
		{"ping in fragments", server(0x09, ""), errFrame, ""},
		{"length of 64 bits", []byte{0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}, errFrame, ""},
		{"length of 16 bits", append([]byte{0x82, 126, 0, 200}, make([]byte, 200)...), nil, ""},
		{"cut in a head", []byte{0x82, 126, 0}, io.ErrUnexpectedEOF, ""},
		{"cut in a payload", []byte{0x82, 2, 0}, io.ErrUnexpectedEOF, ""},
		{"end", nil, io.EOF, ""},
	} {
		f, err := readFrame(bufio.NewReader(bytes.NewReader(c.in)))
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		if v := f.violation(false); err == nil && v != c.violation {
			t.Errorf("%s: %q, want %q", c.name, v, c.violation)
		}
	}
	if f, _ := readFrame(bufio.NewReader(bytes.NewReader(server(0xc1, "x")))); f.violation(true) != "" {
		t.Error("a compressed message is a violation where that was agreed on")
	}
	if code, reason := (frame{payload: []byte("\x03\xf4soon")}).closed(); code != 1012 || reason != "soon" {
		t.Errorf("%d %q", code, reason)
	}
}

// What is read of any bytes is no more than there is, and what we write is read as it was meant.
func FuzzFrame(f *testing.F) {
	f.Add(server(0x81, "hello"))
	f.Add([]byte{0x89, 126, 1, 0})
	f.Add([]byte{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0})
	f.Add(closing(closeNormal))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bufio.NewReader(bytes.NewReader(in))
		for {
			one, err := readFrame(r)
			if err != nil {
				break
			}
			if uint64(len(one.payload)) > one.size || one.control() && len(one.payload) != int(one.size) || one.size > uint64(len(in)) {
				t.Fatalf("%+v of %d bytes", one, len(in))
			}
			one.violation(true)
			one.closed()
		}
		payload := in[:min(len(in), mostControl)]
		b := masked(0x89, payload)
		for i := range b[6:] {
			b[6+i] ^= b[2+i%4]
		}
		if b[0] != 0x89 || b[1] != 0x80|byte(len(payload)) || !bytes.Equal(b[6:], payload) {
			t.Fatalf("%x is not the frame of %x", b, payload)
		}
	})
}
