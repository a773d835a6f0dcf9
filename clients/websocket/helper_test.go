package websocket_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

// acceptHere stands for the right Sec-WebSocket-Accept in a response, and is as long.
const acceptHere = "<--- Sec-WebSocket-Accept ->"

const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: " + acceptHere + "\r\n\r\n"

var keyLine = regexp.MustCompile(`\r\nSec-WebSocket-Key: (\S+)\r\n`)

// answer puts what the request asks for into the response, by the RFC and not by the decoder.
func answer(t testing.TB, request, response []byte) []byte {
	t.Helper()
	m := keyLine.FindSubmatch(request)
	if m == nil {
		t.Fatalf("no key in the request %q", request)
	}
	sum := sha1.Sum([]byte(string(m[1]) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return bytes.ReplaceAll(response, []byte(acceptHere), []byte(base64.StdEncoding.EncodeToString(sum[:])))
}

// opened returns a decoder that has its handshake behind it.
func opened(t testing.TB, limit int) *websocket.Decoder {
	t.Helper()
	d := &websocket.Decoder{Limit: wire.Limit(limit)}
	request := d.Open(wire.Target{Address: "a:1", Path: "/"}, wire.Live)
	if _, err := d.Feed(answer(t, request, []byte(head)), nil); err != nil || !d.Head() {
		t.Fatalf("handshake: %v", err)
	}
	return d
}

// outcome is all that the fleet can see of a connection.
type outcome struct {
	Messages []string
	Replies  []string // frames sent back, as "pong abc" or "close 1002"
	End      string   // "clean", "cut", or the error
	Head     bool
	Code     int
	Ended    string
}

// skipped stands for a message over the limit.
const skipped = "(skipped)"

// play feeds the parts of a server's bytes to a decoder; unless they begin with a response its handshake is over. Each
// part is overwritten once it has been read, so that a slice kept from it would show, and what the decoder holds is
// checked against the limit.
func play(t testing.TB, limit int, parts ...string) (o outcome) {
	t.Helper()
	d := &websocket.Decoder{Limit: wire.Limit(limit)}
	stream := []byte(strings.Join(parts, ""))
	if request := d.Open(wire.Target{}, wire.Live); bytes.HasPrefix(stream, []byte("HTTP/")) {
		stream = answer(t, request, stream) // as long as before: the parts stay where they are
	} else {
		d = opened(t, limit)
	}
	emit := func(p []byte) {
		if p == nil {
			p = []byte(skipped)
		}
		o.Messages = append(o.Messages, string(p))
	}
	var err error
	var reply []byte
	for _, part := range parts {
		in := stream[:len(part)]
		stream = stream[len(part):]
		reply, err = d.Feed(in, emit)
		clear(in)
		o.Replies = append(o.Replies, unmask(t, reply)...)
		if n, room := d.Kept(); limit > 0 && d.Head() && n > limit+127 || n == 0 && room > 0 {
			t.Fatalf("%d bytes held in room for %d, the limit is %d", n, room, limit)
		}
		if err != nil {
			break
		}
	}
	o.Head, o.Code, o.Ended = d.Head(), d.Code(), d.Ended()
	if err == nil {
		if err = d.EOF(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("EOF gives %v without a close frame", err)
		}
		o.End = "cut"
		return o
	}
	again, errAgain := d.Feed([]byte("\x81\x01a"), func([]byte) { t.Fatal("a message after the end") })
	if errAgain == nil || again != nil || errors.Is(err, io.EOF) != errors.Is(errAgain, io.EOF) {
		t.Fatalf("fed again after %v: %v, reply %q", err, errAgain, again)
	}
	o.End = "clean"
	if !errors.Is(err, io.EOF) {
		o.End = err.Error()
	} else if err := d.EOF(); err != nil {
		t.Fatalf("EOF gives %v after a close frame", err)
	}
	return o
}

// playEverySplit plays the input cut everywhere.
func playEverySplit(t *testing.T, limit int, input string) outcome {
	t.Helper()
	return split.Everywhere(t, input, func(parts ...string) outcome { return play(t, limit, parts...) })
}

// unmask reads the frames a client sent, strictly.
func unmask(t testing.TB, b []byte) (frames []string) {
	t.Helper()
	for len(b) > 0 {
		if len(b) < 6 || b[1]&0x80 == 0 || b[1]&0x7f > 125 || len(b) < 6+int(b[1]&0x7f) {
			t.Fatalf("not a whole masked short frame: %x", b)
		}
		payload := []byte(string(b[6 : 6+b[1]&0x7f]))
		for i := range payload {
			payload[i] ^= b[2+i%4]
		}
		switch {
		case b[0] == 0x8a:
			frames = append(frames, "pong "+string(payload))
		case b[0] == 0x88 && len(payload) == 0:
			frames = append(frames, "close")
		case b[0] == 0x88 && len(payload) >= 2:
			frames = append(frames, fmt.Sprint("close ", binary.BigEndian.Uint16(payload)))
		default:
			t.Fatalf("a client sent %x", b)
		}
		b = b[6+len(payload):]
	}
	return frames
}

// frame returns an unmasked frame with the given first byte and the shortest length.
func frame(first byte, payload string) string {
	n := len(payload)
	switch {
	case n < 126:
		return string([]byte{first, byte(n)}) + payload
	case n < 1<<16:
		return string(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(n))) + payload
	}
	return string(binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(n))) + payload
}

func closing(code uint16, reason string) string {
	return frame(0x88, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}
