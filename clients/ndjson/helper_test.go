package ndjson_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/ndjson"
	"github.com/pushbench/pushbench/internal/wire"
)

// outcome is all that the fleet can see of a connection.
type outcome struct {
	Messages []string
	End      string // "clean", or the error
	Head     bool
}

// skipped stands for a message over the limit.
const skipped = "(skipped)"

// play feeds the parts to a decoder. Each part is overwritten once it has been read, so that a slice kept from it would
// show, and what the decoder holds is checked against the limit.
func play(t testing.TB, limit int, parts ...string) (o outcome) {
	t.Helper()
	d := &ndjson.Decoder{Lines: ndjson.Lines{Limit: wire.Limit(limit)}}
	d.Open(wire.Target{}, wire.Live)
	var err error
	for _, part := range parts {
		in := []byte(part)
		_, err = d.Feed(in, func(p []byte) {
			if p == nil {
				p = []byte(skipped)
			}
			o.Messages = append(o.Messages, string(p))
		})
		o.Head = o.Head || d.Head()
		clear(in)
		if n, room := d.Kept(); limit > 0 && d.Head() && n > limit || n == 0 && room > 0 {
			t.Fatalf("%d bytes held in room for %d, the limit is %d", n, room, limit)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		fedAgain(t, d, err)
	} else {
		err = d.EOF()
	}
	o.End = "clean"
	if err != nil && !errors.Is(err, io.EOF) {
		o.End = err.Error()
	}
	return o
}

// fedAgain checks that a decoder which has ended stays so.
func fedAgain(t testing.TB, d *ndjson.Decoder, first error) {
	t.Helper()
	_, err := d.Feed([]byte(line(1, "more")), func([]byte) { t.Fatal("a message after the end") })
	if n, _ := d.Kept(); n > 0 || err == nil || errors.Is(err, io.EOF) {
		t.Fatalf("fed again after %v: %v, %d bytes held", first, err, n)
	}
}

// playEverySplit plays the input cut everywhere.
func playEverySplit(t *testing.T, limit int, input string) outcome {
	t.Helper()
	return split.Everywhere(t, input, func(parts ...string) outcome { return play(t, limit, parts...) })
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"

// framings are the ways a response can carry a stream.
var framings = []struct {
	name string
	wrap func(stream string) string
}{
	{"close", func(s string) string { return head + "\r\n" + s }},
	{"length", func(s string) string { return head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(s)) + s }},
	{"one chunk", func(s string) string { return chunked(s, len(s)) }},
	{"chunks of 3", func(s string) string { return chunked(s, 3) }},
}

func chunked(s string, size int) string {
	out := head + "Transfer-Encoding: chunked\r\n\r\n"
	for s != "" {
		n := min(size, len(s))
		out += fmt.Sprintf("%x\r\n%s\r\n", n, s[:n])
		s = s[n:]
	}
	return out + "0\r\n\r\n"
}

func line(seq uint64, data string) string {
	return fmt.Sprintf("{\"seq\":%d,\"data\":%q}\n", seq, data)
}
