package http1_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/internal/split"
)

// keep reads responses as a client that sends its next request behind each, and says what came of each until one ends the
// connection.
func keep(parts ...string) (got []string) {
	var x http1.Exchange
	var partial []byte
	body := ""
	accept := func(r *http1.Response) error {
		if r.Status >= 400 {
			return errors.New("refused")
		}
		return nil
	}
	take := func(piece []byte) error { body += string(piece); return nil }
	for _, part := range parts {
		for in := []byte(part); len(in) > 0; {
			rest, err := x.Feed(in, &partial, accept, take)
			if errors.Is(err, io.EOF) {
				got, body = append(got, body), ""
				err = x.Kept(nil)
			}
			if err != nil {
				_, again := x.Feed([]byte(ok), &partial, accept, take)
				return append(got, err.Error(), again.Error())
			}
			if x.Idle() {
				x.Ask()
			}
			in = rest
		}
	}
	if err := x.EOF(); err != nil {
		return append(got, err.Error())
	}
	return append(got, "kept")
}

// A connection carries one response behind the other, whatever frames them, and ends where one says so.
func TestKeptConnection(t *testing.T) {
	const (
		empty  = "HTTP/1.1 204 No Content\r\n\r\n"
		chunks = chunked + "5;x\r\nhello\r\n0\r\nA: b\r\n\r\n"
		closes = "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 3\r\n\r\nbye"
		failed = "http: fed after an error"
	)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"each framing behind each", length5 + "first" + chunks + empty + chunks + chunks + length5 + "sixth" + empty, []string{"first", "hello", "", "hello", "hello", "sixth", "", "kept"}},
		{"one that closes", empty + closes + empty, []string{"", "bye", "EOF", failed}},
		{"one of HTTP/1.0", strings.Replace(empty, "1.1", "1.0", 1) + empty, []string{"", "EOF", failed}},
		{"one until the end", chunks + ok + "\r\nlong", []string{"hello", "kept"}},
		{"one that is refused", empty + "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", []string{"", "refused", failed}},
		{"cut in a later head", empty + ok, []string{"", "http: in the response head: unexpected EOF"}},
		{"cut in a later body", empty + length5 + "abc", []string{"", "http: 2 bytes before the end of the body: unexpected EOF"}},
		{"a bad chunk in a later body", chunks + chunked + "x", []string{"hello", "http: malformed chunk size", failed}},
		{"nothing", "", []string{"http: in the response head: unexpected EOF"}},
	} {
		if diff := cmp.Diff(c.want, split.Everywhere(t, c.in, keep)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// Bytes that answer no request end the connection, whether they come with a response or behind it.
func TestUnasked(t *testing.T) {
	for _, parts := range [][]string{{length5 + "hello", "?"}, {length5 + "hello?"}} {
		var x http1.Exchange
		var partial []byte
		var last error
		for _, part := range parts {
			rest, err := x.Feed([]byte(part), &partial, func(*http1.Response) error { return nil }, func([]byte) error { return nil })
			if last = err; errors.Is(err, io.EOF) {
				last = x.Kept(rest)
			}
		}
		if last == nil || x.Idle() || !strings.Contains(last.Error(), "answer no request") {
			t.Errorf("%q: %v, idle %v", parts, last, x.Idle())
		}
	}
}

// Whatever a server sends on a kept connection, pieces of any size say the same.
func FuzzKept(f *testing.F) {
	f.Add([]byte(length5+"hello"+chunked+"5\r\nhello\r\n0\r\n\r\n"+ok+"Connection: close\r\n\r\n"), uint64(1))
	for i, c := range bodies {
		f.Add([]byte(c.in+c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		if diff := cmp.Diff(keep(string(in)), keep(split.Drawn(string(in), seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
	})
}
