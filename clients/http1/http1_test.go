package http1_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/internal/split"
)

// outcome is all that a caller can see of a response.
type outcome struct {
	Status int
	Fields []http1.Field
	Framed bool // the framing of the body was accepted
	Body   string
	End    string // "clean", or the error
	Behind string // what followed the body, when its end was seen
}

// read plays the parts of a response as the decoders do. Each part is overwritten once it has been read, so that a
// slice kept from it would show.
func read(parts ...string) (o outcome) {
	var x http1.Exchange
	var partial []byte
	accept := func(r *http1.Response) error {
		o.Status, o.Fields = r.Status, r.Fields
		return nil
	}
	take := func(piece []byte) error {
		o.Body += string(piece)
		return nil
	}
	var err error
	for i, part := range parts {
		in := []byte(part)
		var rest []byte
		rest, err = x.Feed(in, &partial, accept, take)
		if len(partial) > http1.MaxHead+1 {
			panic("the head held is over its limit")
		}
		if err != nil {
			o.Behind = string(rest) + strings.Join(parts[i+1:], "")
			break
		}
		clear(in)
	}
	o.Framed = x.Head()
	if err == nil {
		err = x.EOF()
	}
	o.End = "clean"
	if err != nil && !errors.Is(err, io.EOF) {
		o.End, o.Behind = err.Error(), ""
	}
	return o
}

const ok = "HTTP/1.1 200 OK\r\n"

var heads = []struct {
	name, in string
	status   int // 0: refused or incomplete
	fields   string
}{
	{"plain", ok + "A: b\r\n\r\n", 200, "A=b;"},
	{"no fields", ok + "\r\n", 200, ""},
	{"version 1.0", "HTTP/1.0 404 Not Found\r\n\r\n", 404, ""},
	{"no reason", "HTTP/1.1 200 \r\n\r\n", 200, ""},
	{"no reason nor space", "HTTP/1.1 200\r\n\r\n", 200, ""},
	{"bare LF", "HTTP/1.1 200 OK\nA: b\nC: d\n\n", 200, "A=b;C=d;"},
	{"mixed line ends", "HTTP/1.1 200 OK\nA: b\r\nC: d\n\r\n", 200, "A=b;C=d;"},
	{"white space around values", ok + "A:b\r\nC: \t d \t\r\nE:\r\n\r\n", 200, "A=b;C=d;E=;"},
	{"colon in value", ok + "Location: http://a:1/\r\n\r\n", 200, "Location=http://a:1/;"},
	{"white space and colons in value", "HTTP/1.1 299 Very Fine\r\nA: b c:\td\r\n\r\n", 299, "A=b c:\td;"},
	{"obs-text in value", ok + "A: \xff\r\n\r\n", 200, "A=\xff;"},
	{"interim skipped", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "A: b\r\n\r\n", 200, "A=b;"},
	{"interim only", "HTTP/1.1 100 Continue\r\n\r\n", 0, ""},
	{"101 is final", "HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x00", 101, ""},
	{"incomplete", ok + "A: b\r\n", 0, ""},
	{"another protocol", "SSH-2.0-OpenSSH_9.6\r\n", 0, ""},
	{"version 2", "HTTP/2.0 200 OK\r\n\r\n", 0, ""},
	{"version 1.2", "HTTP/1.2 200 OK\r\nA: b\r\n\r\n", 200, "A=b;"},
	{"version 1.9, interim before it", "HTTP/1.9 103 Early Hints\r\n\r\nHTTP/1.9 200 OK\r\n\r\n", 200, ""},
	{"no digit of a version", "HTTP/1.x 200 OK\r\n\r\n", 0, ""},
	{"version of two digits", "HTTP/1.10 200 OK\r\n\r\n", 0, ""},
	{"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", 0, ""},
	{"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", 0, ""},
	{"status with sign", "HTTP/1.1 +20 OK\r\n\r\n", 0, ""},
	{"status below 100", "HTTP/1.1 099 OK\r\n\r\n", 0, ""},
	{"empty line first", "\r\n" + ok + "\r\n", 0, ""},
	{"obs-fold", ok + "A: b\r\n c\r\n\r\n", 200, "A=b c;"},
	{"obs-fold, tabs and bare LF", ok + "A: b \t\n\t\tc \n d\nE: f\n\n", 200, "A=b c d;E=f;"},
	{"obs-fold of an empty value", ok + "A:\r\n b\r\n\r\n", 200, "A=b;"},
	{"obs-fold of white space alone", ok + "A: b\r\n \r\n\t\r\nC: d\r\n\r\n", 200, "A=b;C=d;"},
	{"obs-fold within a name", ok + "A\r\n : b\r\n\r\n", 0, ""},
	{"obs-fold of nothing", ok + " A: b\r\n\r\n", 0, ""},
	{"NUL in a folded line", ok + "A: b\r\n \x00\r\n\r\n", 0, ""},
	{"space before colon", ok + "A : b\r\n\r\n", 0, ""},
	{"no colon", ok + "A\r\n\r\n", 0, ""},
	{"empty name", ok + ": b\r\n\r\n", 0, ""},
	{"NUL in value", ok + "A: b\x00\r\n\r\n", 0, ""},
	{"CR in value", ok + "A: b\rC: d\r\n\r\n", 0, ""},
}

func TestReadHead(t *testing.T) {
	for _, c := range heads {
		t.Run(c.name, func(t *testing.T) {
			got := split.Everywhere(t, c.in, read)
			fields := ""
			for _, f := range got.Fields {
				fields += f.Name + "=" + f.Value + ";"
			}
			if got.Status != c.status || fields != c.fields {
				t.Errorf("got status %d and fields %q, want %d and %q", got.Status, fields, c.status, c.fields)
			}
		})
	}
}

func TestReadHeadIsBounded(t *testing.T) {
	field := "A: " + strings.Repeat("b", 1000) + "\r\n"
	const times = http1.MaxHead/1000 + 5
	interim := "HTTP/1.1 103 Early Hints\r\n" + field + "\r\n"
	fill := func(head string) string { // to MaxHead exactly
		return head + "A: " + strings.Repeat("b", http1.MaxHead-len(head)-len("A: \r\n\r\n")) + "\r\n\r\n"
	}
	for _, c := range []struct {
		name, in string
		status   int
	}{
		{"as large as Chromium takes one", ok + "A: " + strings.Repeat("b", 70_000) + "\r\n\r\n", 200},
		{"largest", fill(ok), 200},
		{"largest and a body", fill(ok) + field, 200},
		{"one byte more", strings.Replace(fill(ok), "b", "bb", 1), 0},
		{"without an end", ok + strings.Repeat(field, times), 0},
		{"one endless line", ok + strings.Repeat("b", http1.MaxHead), 0},
		{"endless interim responses", strings.Repeat(interim, times), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var parts []string
			for in := c.in; in != ""; {
				n := min(len(in), 1009)
				parts, in = append(parts, in[:n]), in[n:]
			}
			whole, split := read(c.in), read(parts...)
			if diff := cmp.Diff(whole, split); diff != "" {
				t.Errorf("split (-whole +split):\n%s", diff)
			}
			if whole.Status != c.status {
				t.Errorf("got status %d (%s), want %d", whole.Status, whole.End, c.status)
			}
		})
	}
}

const (
	chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	length5 = ok + "Content-Length: 5\r\n\r\n"
)

var bodies = []struct {
	name, in string
	body     string
	clean    bool
	behind   string
}{
	{"until close", ok + "\r\nhello", "hello", true, ""},
	{"counted", length5 + "hello", "hello", true, ""},
	{"counted, more behind", length5 + "hello again", "hello", true, " again"},
	{"counted, cut", length5 + "hell", "hell", false, ""},
	{"empty", ok + "Content-Length: 0\r\n\r\n", "", true, ""},
	{"length twice the same", ok + "Content-Length: 1\r\ncontent-length: 1\r\n\r\na", "a", true, ""},
	{"lengths differ", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "", false, ""},
	{"length with sign", ok + "Content-Length: +1\r\n\r\na", "", false, ""},
	{"length of 64 bits", ok + "Content-Length: 9223372036854775808\r\n\r\na", "", false, ""},
	{"length missing", ok + "Content-Length:\r\n\r\na", "", false, ""},
	{"no body with 204", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\na", "", true, "a"},
	{"no body with 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\na", "", true, "a"},

	{"chunked", chunked + "5\r\nhello\r\n6\r\n again\r\n0\r\n\r\nbehind", "hello again", true, "behind"},
	{"chunked overrides length", ok + "Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", true, ""},
	{"hexadecimal", chunked + "00A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n", "01234567890123456789a", true, ""},
	{"extensions", chunked + "1;a;b=c;d=\"e;f\"\r\na\r\n1 ;x\r\nb\r\n1 \r\nc\r\n0;z\r\n\r\n", "abc", true, ""},
	{"trailers", chunked + "1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\nbehind", "a", true, "behind"},
	{"CR inside a trailer", chunked + "0\r\nA\r\r\n\r\r\n\r\nbehind", "", true, "behind"},
	{"line ends as data", chunked + "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", true, ""},
	{"cut in a size", chunked + "5", "", false, ""},
	{"cut in a chunk", chunked + "5\r\nhel", "hel", false, ""},
	{"cut behind a chunk", chunked + "5\r\nhello\r\n", "hello", false, ""},
	{"cut in the trailer", chunked + "0\r\n", "", false, ""},
	{"no digit", chunked + "\r\na", "", false, ""},
	{"extension without a size", chunked + ";a\r\na", "", false, ""},
	{"no hexadecimal digit", chunked + "5g\r\nhello", "", false, ""},
	{"negative", chunked + "-1\r\nhello", "", false, ""},
	{"0x", chunked + "0x5\r\nhello", "", false, ""},
	{"size over 64 bits", chunked + "10000000000000000\r\nhello", "", false, ""},
	{"size of 64 bits", chunked + "ffffffffffffffff\r\nhello", "hello", false, ""},
	{"bare LF behind a size", chunked + "5\nhello\r\n0\r\n\r\n", "", false, ""},
	{"bare LF in an extension", chunked + "5;a\nhello\r\n0\r\n\r\n", "", false, ""},
	{"bare LF behind a semicolon", chunked + "5;\nhello\r\n0\r\n\r\n", "", false, ""},
	{"bare CR behind a size", chunked + "5\rhello\r\n0\r\n\r\n", "", false, ""},
	{"no CRLF behind a chunk", chunked + "5\r\nhello0\r\n\r\n", "hello", false, ""},
	{"LF behind a chunk", chunked + "5\r\nhello\n0\r\n\r\n", "hello", false, ""},
	{"LF behind one byte more", chunked + "5\r\nhello!\n0\r\n\r\n", "hello", false, ""},
	{"CR behind a chunk", chunked + "5\r\nhello\r0\r\n\r\n", "hello", false, ""},
	{"gzip, chunked", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "", false, ""},
	{"chunked twice", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", false, ""},
	{"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", false, ""},
}

func TestBody(t *testing.T) {
	for _, c := range bodies {
		t.Run(c.name, func(t *testing.T) {
			got := split.Everywhere(t, c.in, read)
			if clean := got.End == "clean"; clean != c.clean || got.Body != c.body || got.Behind != c.behind {
				t.Errorf("got body %q, end %q and %q behind, want %q, clean %v and %q",
					got.Body, got.End, got.Behind, c.body, c.clean, c.behind)
			}
		})
	}
}

func TestChunkedOverheadIsBounded(t *testing.T) {
	for name, in := range map[string]string{
		"extension": chunked + "1;" + strings.Repeat("a", 5000),
		"space":     chunked + "1" + strings.Repeat(" ", 5000),
		"trailer":   chunked + "0\r\n" + strings.Repeat("A: b\r\n", http1.MaxHead/6+1),
	} {
		if got := read(in); !strings.Contains(got.End, "than") {
			t.Errorf("%s: end is %q, want a limit", name, got.End)
		}
	}
	// The bound is per line: a stream of chunks may go on for ever.
	if got := read(chunked + strings.Repeat("1;abc\r\na\r\n", 5000) + "0\r\n\r\n"); got.End != "clean" || len(got.Body) != 5000 {
		t.Errorf("5000 chunks gave %d bytes and the end %q", len(got.Body), got.End)
	}
}

func TestLists(t *testing.T) {
	r := http1.Response{Fields: []http1.Field{{"Connection", "keep-alive"}, {"connection", "x ,\tUpgrade, "}, {"A", "1"}, {"a", "2"}}}
	for _, c := range []struct {
		name, token string
		want        bool
	}{{"Connection", "upgrade", true}, {"CONNECTION", "keep-alive", true}, {"Connection", "up", false}, {"Upgrade", "x", false}} {
		if got := r.Has(c.name, c.token); got != c.want {
			t.Errorf("Has(%q, %q) = %v", c.name, c.token, got)
		}
	}
	if got := fmt.Sprint(r.Get("a"), r.Get("missing")); got != "1" {
		t.Errorf("Get gives %q, want the first field", got)
	}
}
