package websocket

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// fromClient returns a masked frame.
func fromClient(first byte, payload string) string {
	n := len(payload)
	b := []byte{first, 0x80 | byte(n)}
	switch {
	case n >= 1<<16:
		b = binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, uint64(n))
	case n > longest:
		b = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(n))
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	for i := range n {
		b = append(b, payload[i]^mask[i&3])
	}
	return string(b)
}

func TestInbound(t *testing.T) {
	x := strings.Repeat("x", 200)
	for _, c := range []struct {
		name, in string
		pings    string // payloads of all, joined
		code     int
		data     string // likewise, with a point behind each message
	}{
		{"nothing", "", "", 0, ""},
		{"pong", fromClient(0x8a, "") + fromClient(0x8a, "abc"), "", 0, ""},
		{"ping", fromClient(0x89, "abc"), "abc", 0, ""},
		{"data", fromClient(0x81, x) + fromClient(0x01, "a") + fromClient(0x89, "p") + fromClient(0x80, x), "p", 0, x + "." + "a" + x + "."},
		{"incomplete", fromClient(0x89, "abc")[:8], "", 0, ""},
		{"close", fromClient(0x88, "\x03\xe8bye"), "", 1000, ""},
		{"close without a code", fromClient(0x88, ""), "", noCode, ""},
		{"close of its own", fromClient(0x88, "\x0f\xa0"), "", 4000, ""},
		{"ping, then close", fromClient(0x89, "a") + fromClient(0x88, "\x03\xe9") + fromClient(0x89, "b"), "a", 1001, ""},
		{"half a code", fromClient(0x88, "\x03"), "", protocolError, ""},
		{"code for nobody", fromClient(0x88, "\x03\xed"), "", protocolError, ""},
		{"reason not UTF-8", fromClient(0x88, "\x03\xe8\xff"), "", protocolError, ""},
		{"not masked", "\x89\x00", "", protocolError, ""},
		{"reserved bit", fromClient(0xc1, ""), "", protocolError, ""},
		{"reserved opcode", fromClient(0x83, ""), "", protocolError, ""},
		{"opcode 11", fromClient(0x8b, ""), "", protocolError, ""},
		{"fragmented ping", fromClient(0x09, ""), "", protocolError, ""},
		{"long ping", fromClient(0x89, x), "", protocolError, ""},
		{"largest", fromClient(0x82, strings.Repeat("x", readLimit)), "", 0, strings.Repeat("x", readLimit) + "."},
		{"too large", fromClient(0x82, strings.Repeat("x", readLimit+1)), "", tooBig, ""},
		{"far too large", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", "", tooBig, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for cut := range len(c.in) + 1 {
				var in inbound
				var pings []byte
				var data [][]byte
				code := 0
				for _, part := range []string{c.in[:cut], c.in[cut:]} {
					b := []byte(part)
					ping, got := in.feed(b, func(final bool, p []byte) {
						if final {
							p = append(bytes.Clone(p), '.')
						}
						data = append(data, bytes.Clone(p))
					})
					pings, code = append(pings, ping...), got
					for i := range b { // the watcher reads into it again
						b[i] = 0xee
					}
					if code != 0 {
						break
					}
				}
				if code != c.code || !bytes.Equal(pings, []byte(c.pings)) || string(bytes.Join(data, nil)) != c.data {
					t.Fatalf("cut at %d: pings %q, data %q, code %d; want %q, %q, %d", cut, pings, data, code, c.pings, c.data, c.code)
				}
			}
		})
	}
}

// Between frames nothing is held.
func TestInboundHoldsNothing(t *testing.T) {
	var in inbound
	pong := []byte(fromClient(0x8a, "abc"))
	for _, b := range pong {
		in.feed([]byte{b}, nil)
	}
	if in.tail != nil {
		t.Errorf("%d bytes are held", len(in.tail))
	}
}
