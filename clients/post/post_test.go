package post

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	done   = "HTTP/1.1 204 No Content\r\nDate: Wed, 25 Nov 2026 12:00:00 GMT\r\n\r\n"
	wordy  = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere"
	closes = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
)

func target() wire.Target { return wire.Target{Address: "host:1", Path: "/events"} }

// What is sent is a request net/http reads, and the body is the message.
func TestRequests(t *testing.T) {
	d := New()
	check := func(sent []byte, want string) {
		t.Helper()
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sent)))
		if err != nil {
			t.Fatalf("%q: %v", sent, err)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/events" || r.Host != "host:1" || string(body) != want || r.Close {
			t.Errorf("%s %s to %q, closes %v, body %q (%v)", r.Method, r.URL, r.Host, r.Close, body, err)
		}
	}
	check(d.Open(target(), wire.Live), "")
	if d.Ready() {
		t.Error("ready before the connection is confirmed")
	}
	if _, err := d.Feed([]byte(done), func([]byte) {}); err != nil || !d.Ready() || !d.Head() {
		t.Fatalf("ready %v, head %v behind the first answer: %v", d.Ready(), d.Head(), err)
	}
	message := wire.Uplink{Client: 7, Number: 1}.Message(100)
	check(d.Uplink(message), string(message))
	if d.Ready() {
		t.Error("ready while a message waits for its answer")
	}
}

// play opens a connection, sends a message behind each answer, and says what was emitted.
func play(parts ...string) (o struct {
	Emitted []string
	Err     string
	Cut     bool
},
) {
	d := New()
	d.Open(target(), wire.Live)
	number := uint32(0)
	emit := func(p []byte) { o.Emitted = append(o.Emitted, string(p)) }
	for _, part := range parts {
		_, err := d.Feed([]byte(part), emit)
		if err != nil {
			o.Err = err.Error()
			if _, again := d.Feed([]byte(done), emit); again == nil || errors.Is(again, io.EOF) {
				o.Err += ", and not when fed again"
			}
			return o
		}
		if d.Ready() {
			number++
			d.Uplink(wire.Uplink{Client: 7, Number: number}.Message(20))
		}
	}
	o.Cut = d.EOF() != nil
	return o
}

func TestAnswers(t *testing.T) {
	greeting := string(wire.Payload(wire.Stamp{}, 0))
	first := string(wire.Uplink{Client: 7, Number: 1}.Message(0))
	for _, c := range []struct {
		name    string
		answers []string
		emitted []string
		err     string
		cut     bool
	}{
		{"none", nil, nil, "", true},
		{"the first", []string{done}, []string{greeting}, "", true},
		{"two", []string{done, done}, []string{greeting, first}, "", true},
		{"with a body", []string{done, wordy}, []string{greeting, first}, "", true},
		{"half a head", []string{done, done[:20]}, []string{greeting}, "", true},
		{"the last", []string{done, closes}, []string{greeting, first}, "EOF", false},
		{"one nobody asked for", []string{done + done}, []string{greeting}, "http: bytes that answer no request", false},
		{"an error", []string{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}, nil, "post: status 400, want 204", false},
		{"something else", []string{"hello"}, nil, `http: response does not begin with "HTTP/1."`, false},
	} {
		got := play(c.answers...)
		if diff := cmp.Diff(c.emitted, got.Emitted); diff != "" || got.Err != c.err || got.Cut != c.cut {
			t.Errorf("%s: error %q, cut %v; want %q, %v (-want +got):\n%s", c.name, got.Err, got.Cut, c.err, c.cut, diff)
		}
	}
}

// An answer may be cut anywhere.
func TestAnAnswerInPieces(t *testing.T) {
	for _, answer := range []string{done, wordy, closes} {
		split.Everywhere(t, answer, func(parts ...string) (emitted []string) {
			d := New()
			d.Open(target(), wire.Live)
			for _, part := range parts {
				_, err := d.Feed([]byte(part), func(p []byte) { emitted = append(emitted, string(p)) })
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			return emitted
		})
	}
}

// Whatever a server sends, the decoder neither panics nor confirms more than was sent, and pieces of any size say the same.
func FuzzFeed(f *testing.F) {
	f.Add([]byte(done), uint64(1))
	f.Add([]byte(wordy+done), uint64(2))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthere\r\n0\r\n\r\n"), uint64(3))
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		feed := func(parts ...string) (emitted []string, failed bool) {
			d := New()
			d.Open(target(), wire.Live)
			for _, part := range parts {
				if _, err := d.Feed([]byte(part), func(p []byte) { emitted = append(emitted, string(p)) }); err != nil {
					return emitted, true
				}
			}
			return emitted, false
		}
		whole, failed := feed(string(in))
		pieces, failedToo := feed(split.Drawn(string(in), seed)...)
		if len(whole) > 1 || failed != failedToo || strings.Join(whole, "\n") != strings.Join(pieces, "\n") {
			t.Fatalf("whole: %q, failed %v; in pieces: %q, failed %v", whole, failed, pieces, failedToo)
		}
	})
}
