package quirks

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 asks for it
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// upgrade answers the opening handshake.
func (c *Subscriber) upgrade() bool { return c.send(c.accepted()) }

// accepted is the answer to the opening handshake, which chooses the first subprotocol there is.
func (c *Subscriber) accepted() string {
	chosen := ""
	if first, _, _ := strings.Cut(c.Request.Header.Get("Sec-WebSocket-Protocol"), ","); first != "" {
		chosen = "Sec-WebSocket-Protocol: " + first + "\r\n"
	}
	return c.acceptedWith("", chosen)
}

// upgradeWith answers with another Sec-WebSocket-Accept, unless that is empty, and more lines.
func (c *Subscriber) upgradeWith(accept, lines string) bool {
	return c.send(c.acceptedWith(accept, lines))
}

func (c *Subscriber) acceptedWith(accept, lines string) string {
	sum := sha1.Sum([]byte(c.Request.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as above
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		or(accept, base64.StdEncoding.EncodeToString(sum[:])) + "\r\n" + lines + "\r\n"
}

// frame is one unmasked frame whose first byte is given.
func frame(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

func closing(code uint16, reason string) string {
	return string(frame(0x88, string(binary.BigEndian.AppendUint16(nil, code))+reason))
}

// frames is an upgraded connection that writes each message as frames; nil ends it without a close frame.
func frames(e event) func(*Subscriber) {
	return func(c *Subscriber) {
		if !c.upgrade() {
			return
		}
		for n := 1; ; n++ {
			p, ok := c.next()
			if !ok {
				c.send(closing(1001, ""))
				return
			}
			data := e(c, n, p)
			if data == nil || !c.send(string(data)) {
				return
			}
		}
	}
}

// joined writes each message and the next into one frame, each as its event, with something between the two. The last of an odd number
// is alone.
func joined(one func(p string) string, between string) func(*Subscriber) {
	const alone = time.Second // without a next one
	return frames(func(c *Subscriber, _ int, p string) []byte {
		text := one(p)
		select {
		case next := <-c.inbox:
			text += between + one(next)
		case <-time.After(alone):
		case <-c.over:
		}
		return frame(0x81, text)
	})
}

// closed ends behind the third message.
func closed(code uint16, reason string) func(*Subscriber) {
	return frames(func(c *Subscriber, n int, p string) []byte {
		if n < 3 {
			return frame(0x81, p)
		}
		c.send(string(frame(0x81, p)) + closing(code, reason))
		return nil
	})
}

func websocketCases() []Case {
	whole := func(_ *Subscriber, _ int, p string) []byte { return frame(0x81, p) }
	return []Case{
		{Name: "websocket", About: "nothing is wrong", Subscribe: frames(whole)},
		{Name: "joined-lines", About: "two messages are joined by a newline in one frame", Subscribe: joined(func(p string) string { return p }, "\n")},
		{Name: "joined-replies", About: "two replies, each with its envelope, on lines of one frame", Subscribe: joined(func(p string) string { return `{"data":"` + quoted(p) + `"}` }, "\n")},
		{Name: "close-4406", About: "101, then close 4406 Subprotocol not acceptable", Subscribe: func(c *Subscriber) {
			c.send(c.accepted() + closing(4406, "Subprotocol not acceptable")) // at once: all of them have ended when the last is confirmed
		}},
		{Name: "close-1011", About: "the third message is followed by close 1011 out of memory", Subscribe: closed(1011, "out of memory")},
		{Name: "close-1012", About: "the third message is followed by close 1012 back soon", Subscribe: closed(1012, "back soon")},
		{Name: "mute", About: "101, and then nothing: it waits to be asked", Subscribe: func(c *Subscriber) {
			c.upgrade()
			<-c.over
		}},
		{Name: "hangs-up", About: "101, a text of its own, and a silent end after 100 ms: it waits to be answered", Subscribe: func(c *Subscriber) {
			_, _, _ = c.upgrade(), c.send(string(frame(0x81, `0{"sid":"q"}`))), c.wait(100*time.Millisecond)
		}},
		{Name: "foreign-text", About: "every message is a UUID and a date", Subscribe: frames(func(*Subscriber, int, string) []byte {
			return frame(0x81, "0197c1a0-7b3e-7cc3-98f1-2026-11-29T23:59:59Z")
		})},
	}
}
