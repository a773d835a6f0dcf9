package websocket_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	gorilla "github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/clients/internal/split"
)

const fuzzLimit = 300

func FuzzWebSocket(f *testing.F) {
	for i, c := range frames {
		f.Add([]byte(c.in), uint64(i))
	}
	f.Add([]byte("\x88\x03\x03\xf10"), uint64(0))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		in := string(data)
		if strings.HasPrefix(in, "HTTP/") {
			return // heads are compared with net/http in clients/http1
		}
		got := play(t, fuzzLimit, in)
		if diff := cmp.Diff(got, play(t, fuzzLimit, split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		want := readWithGorilla(t, head, in)
		if at := slices.Index(got.Messages, skipped); at >= 0 { // gorilla ends there
			if diff := cmp.Diff(want.Messages, got.Messages[:at], cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("-gorilla +got, before one was skipped:\n%s", diff)
			}
			return
		}
		if stricter(got) {
			// gorilla goes on where we stopped: what came before must be the same.
			last := len(got.Replies) - 1
			want.Messages = want.Messages[:min(len(got.Messages), len(want.Messages))]
			want.Replies = want.Replies[:min(last, len(want.Replies))]
			got.Replies = got.Replies[:last]
			got.End, want.End, want.Code = "", "", got.Code
		} else if looser(got, want) {
			got.Replies, want.Replies = got.Replies[:len(got.Replies)-1], want.Replies[:len(want.Replies)-1]
			got.End, want.End, got.Code = "", "", want.Code
		}
		got.Ended = ""
		if strings.HasPrefix(got.End, "websocket: the server closed with code") {
			got.End = "clean" // gorilla has one error for all codes
		}
		got.End, _, _ = strings.Cut(got.End, ":") // the words differ; the code is in the close frame
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("-gorilla +got:\n%s", diff)
		}
	})
}

// stricter reports that we refused what gorilla takes.
func stricter(got outcome) bool {
	return slices.ContainsFunc([]string{
		"shortest form",         // gorilla takes a length in any form; section 5.2 says the minimal one must be used
		"half a code",           // gorilla takes a close frame of one byte as one without a code; section 5.5.1 speaks of two
		"a text message",        // gorilla leaves UTF-8 to its caller, by its documentation
		"top bit of a length",   // gorilla drops the connection without a close frame
		"close frame is not UT", // gorilla closes with 1002; section 8.1 asks for 1007
	}, func(s string) bool { return strings.Contains(got.End, s) })
}

// looser reports that gorilla refused the one close code that is newer than it: 1014, Bad Gateway.
func looser(got, want outcome) bool {
	return got.Code == 1014 && want.End == "websocket" && want.Replies[len(want.Replies)-1] == "close 1002"
}

// readWithGorilla gives the same bytes to gorilla's client.
func readWithGorilla(t *testing.T, head, in string) (o outcome) {
	t.Helper()
	server := &memoryConn{t: t, head: head, frames: in}
	dialer := gorilla.Dialer{NetDial: func(string, string) (net.Conn, error) { return server, nil }, EnableCompression: true}
	c, r, err := dialer.Dial("ws://a:1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	c.SetReadLimit(fuzzLimit)
	o.Head = true
	for {
		kind, p, err := c.ReadMessage()
		if err == nil {
			if kind == gorilla.TextMessage && !utf8.Valid(p) {
				break // what gorilla does not look at; the caller does not compare from here on
			}
			o.Messages = append(o.Messages, string(p))
			continue
		}
		var closed *gorilla.CloseError
		switch {
		case errors.As(err, &closed) && closed.Code != gorilla.CloseAbnormalClosure:
			o.End, o.Code = "clean", closed.Code
		case errors.As(err, &closed), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			o.End = "cut"
		default:
			o.End = "websocket"
		}
		break
	}
	o.Replies = unmask(t, server.written.Bytes())
	return o
}

// memoryConn is a server that answers the upgrade request and sends frames, at once and whole.
type memoryConn struct {
	t       *testing.T
	head    string
	frames  string
	in      io.Reader
	written bytes.Buffer // behind the request
}

func (c *memoryConn) Write(b []byte) (int, error) {
	if c.in == nil {
		c.in = bytes.NewReader(append(answer(c.t, b, []byte(c.head)), c.frames...))
		return len(b), nil
	}
	return c.written.Write(b)
}

func (c *memoryConn) Read(b []byte) (int, error)       { return c.in.Read(b) }
func (c *memoryConn) Close() error                     { return nil }
func (c *memoryConn) LocalAddr() net.Addr              { return nil }
func (c *memoryConn) RemoteAddr() net.Addr             { return nil }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }
