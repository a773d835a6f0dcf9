package quirks

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// talk is a WebSocket server that publishes by itself, and answers. The zero value is sound but for the origin of pages, which
// ownPages looks at.
type talk struct {
	head      string        // more lines of the answer
	accept    string        // in place of the right Sec-WebSocket-Accept
	quiet     bool          // nothing is published
	mute      bool          // pings are not answered
	otherPong bool          // pings are answered with another text
	keeps     bool          // a close frame is not answered
	code      uint16        // of all close frames; 0: that of the client
	anyText   bool          // texts need not be UTF-8
	whole     bool          // messages in fragments are refused
	masks     bool          // frames are masked
	lives     time.Duration // until the connection is cut
}

// named is the server as a case.
func (t talk) named(name, about string) Case {
	return Case{Name: name, About: about, Subscribe: t.serve, Read: t.read, Request: ownPages}
}

// ownPages lets pages of this host in alone.
func ownPages(_ *Server, w http.ResponseWriter, r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin == "" || strings.HasSuffix(origin, "://"+r.Host) {
		return false
	}
	http.Error(w, "not a page of ours", http.StatusForbidden)
	return true
}

// serve publishes a text and a ping every liveEvery.
func (t talk) serve(c *Subscriber) {
	if !c.upgradeWith(t.accept, t.head) {
		return
	}
	began := time.Now()
	for n := 1; c.wait(liveEvery); n++ {
		if t.lives > 0 && time.Since(began) > t.lives {
			return
		}
		if t.quiet {
			continue
		}
		text := frame(0x81, fmt.Sprintf(`{"n":%d}`, n))
		if t.masks {
			text = append([]byte{text[0], text[1] | 0x80, 0, 0, 0, 0}, text[2:]...)
		}
		if !c.send(string(text) + string(frame(0x89, "heartbeat"))) {
			return
		}
	}
}

// read answers a client until it leaves.
func (t talk) read(c *Subscriber) {
	defer c.Close() //nolint:errcheck // over
	var begun bool
	var text string
	for {
		first, payload, err := readFrame(c.In)
		if err != nil {
			return
		}
		switch op := first & 15; op {
		case 9:
			t.pong(c, payload)
		case 8:
			t.close(c, payload)
			return
		case 0, 1, 2:
			if t.whole && (op == 0 || first&0x80 == 0) {
				c.send(closing(1002, "no fragments"))
				return
			}
			if !begun {
				text = ""
			}
			text, begun = text+payload, first&0x80 == 0
			if !begun && !t.anyText && !utf8.ValidString(text) {
				c.send(closing(1007, ""))
				return
			}
		}
	}
}

func (t talk) pong(c *Subscriber, payload string) {
	switch {
	case t.mute:
	case t.otherPong:
		c.send(string(frame(0x8a, "pong")))
	default:
		c.send(string(frame(0x8a, payload)))
	}
}

func (t talk) close(c *Subscriber, payload string) {
	code := t.code
	if code == 0 && len(payload) >= 2 {
		code = binary.BigEndian.Uint16([]byte(payload))
	}
	if !t.keeps {
		c.send(closing(code, ""))
	}
}

// talkCases are WebSocket servers that need no publisher.
func talkCases() []Case {
	anyOrigin := talk{}.named("talk-any-origin", "pages of any origin may connect")
	anyOrigin.Request = nil
	hijackable := talk{}.named("talk-hijackable", "a cookie is asked for, and pages of any origin may send it")
	hijackable.Request = func(_ *Server, w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Cookie") != "" {
			return false
		}
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return true
	}
	return []Case{
		talk{}.named("talk", "nothing is wrong"),
		talk{quiet: true}.named("talk-quiet", "nothing is wrong, and nothing is published"),
		anyOrigin,
		hijackable,
		talk{accept: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}.named("talk-wrong-accept", "the handshake is answered with a wrong Sec-WebSocket-Accept"),
		talk{head: "Sec-WebSocket-Protocol: chat\r\n"}.named("talk-chat", "the subprotocol is chat, whatever was offered"),
		talk{head: "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\n"}.named("talk-extension", "an extension is taken that nobody offered"),
		talk{mute: true}.named("talk-mute", "pings are not answered"),
		talk{otherPong: true}.named("talk-other-pong", "pings are answered by pongs of another text"),
		talk{keeps: true}.named("talk-no-close", "a close frame is answered by a cut"),
		talk{code: 1002}.named("talk-close-1002", "a close frame is answered by close 1002"),
		talk{anyText: true}.named("talk-any-text", "a text need not be UTF-8"),
		talk{whole: true}.named("talk-whole", "messages in fragments are refused"),
		talk{masks: true}.named("talk-masks", "frames are masked"),
		talk{lives: 300 * time.Millisecond}.named("talk-cut", "every connection is cut after 300 ms"),
	}
}
