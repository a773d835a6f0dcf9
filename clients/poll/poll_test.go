package poll

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	greeting = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 23\r\n\r\n{\"seq\":7,\"data\":\"hey\"}\n"
	two      = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 42\r\n\r\n{\"seq\":8,\"data\":\"a\"}\n{\"seq\":9,\"data\":\"b\"}\n"
	nothing  = "HTTP/1.1 204 No Content\r\n\r\n"
	last     = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
)

func target(every time.Duration) wire.Target {
	return wire.Target{Address: "host:1", Path: "/poll", Every: every}
}

// Each answer, cut anywhere: what is emitted, and what is asked then.
func TestAnswersAreReplied(t *testing.T) {
	type outcome struct {
		Payloads []string
		Asks     string
		Err      string
	}
	for _, c := range []struct {
		answer string
		want   outcome
	}{
		{greeting, outcome{[]string{"hey"}, "GET /poll?after=7", ""}},
		{two, outcome{[]string{"a", "b"}, "GET /poll?after=9", ""}},
		{nothing, outcome{nil, "GET /poll?after=5", ""}},
		{last, outcome{nil, "", "EOF"}},
	} {
		got := split.Everywhere(t, c.answer, func(parts ...string) (o outcome) {
			d := Long()
			if asked := string(d.Open(target(0), 5)); !strings.HasPrefix(asked, "GET /poll?after=5&greet=1 HTTP/1.1\r\n") {
				t.Fatalf("began with %q", asked)
			}
			for _, part := range parts {
				reply, err := d.Feed([]byte(part), func(p []byte) { o.Payloads = append(o.Payloads, string(p)) })
				if err != nil {
					o.Err = err.Error()
					break
				}
				if len(reply) > 0 {
					o.Asks, _, _ = strings.Cut(string(reply), " HTTP/1.1\r\n")
				}
			}
			return o
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.answer, diff)
		}
	}
}

// A client of short polling asks when it is told to, and not before the answer is there.
func TestShortWaits(t *testing.T) {
	d := Short()
	emit := func([]byte) {}
	if d.Open(target(time.Second), 5); d.Every() != time.Second || d.Poll() != nil {
		t.Errorf("asks before the first answer, or every %v", d.Every())
	}
	if reply, err := d.Feed([]byte(greeting), emit); reply != nil || err != nil || !d.Head() {
		t.Errorf("replied %q, %v to the greeting", reply, err)
	}
	if got := string(d.Poll()); !strings.HasPrefix(got, "GET /poll?after=7 HTTP/1.1\r\nHost: host:1\r\n") {
		t.Errorf("asked %q", got)
	}
	if d.Poll() != nil {
		t.Error("asks again while a request is under way")
	}
	if reply, err := d.Feed([]byte(last), emit); reply != nil || !errors.Is(err, io.EOF) {
		t.Errorf("%q, %v behind an answer that closes, want its clean end", reply, err)
	}
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name, in string
		err      string // of Feed
		eof      bool   // the server may close the socket
	}{
		{"before the first answer", "", "", false},
		{"within a head", greeting[:20], "", false},
		{"within a body", greeting[:len(greeting)-3], "", false},
		{"after an answer", greeting, "", true},
		{"gone", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "410", true},
		{"an error", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "status 500", true},
		{"another type", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", "content type", true},
		{"half a line", "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 4\r\n\r\n{\"se", "within a line", true},
		{"a line over the limit", "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n" + strings.Repeat("x", wire.MostLimit+1), "a line is", true},
		{"no answer", "\x00\x01", `does not begin with "HTTP/1."`, true},
	} {
		d := Long()
		d.Open(target(0), wire.Live)
		var err error
		if c.in != "" {
			_, err = d.Feed([]byte(c.in), func([]byte) {})
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
		if end := d.EOF(); (end == nil) != c.eof {
			t.Errorf("%s: end of the connection: %v", c.name, end)
		}
	}
}

// Whatever a server sends, the decoder neither panics nor asks twice, and pieces of any size say the same.
func FuzzFeed(f *testing.F) {
	f.Add([]byte(greeting), uint8(3))
	f.Add([]byte(greeting+nothing), uint8(200))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"seq\r\n0\r\n\r\n"), uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		whole, pieces := Short(), Short()
		whole.Open(target(time.Second), 1)
		pieces.Open(target(time.Second), 1)
		var a, b []string
		_, wholeErr := whole.Feed(in, func(p []byte) { a = append(a, string(p)) })
		var err error
		for rest := in; len(rest) > 0 && err == nil; {
			n := min(max(int(size), 1), len(rest))
			_, err = pieces.Feed(rest[:n], func(p []byte) { b = append(b, string(p)) })
			rest = rest[n:]
		}
		if (wholeErr == nil) != (err == nil) {
			t.Fatalf("whole: %v, in pieces of %d: %v", wholeErr, size, err)
		}
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Fatalf("whole: %q, in pieces of %d: %q", a, size, b)
		}
	})
}
