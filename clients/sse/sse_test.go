package sse_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

// streams are the rules of sections 9.2.5 and 9.2.6, and the examples of the standard.
var streams = []struct {
	name, in string
	want     outcome // End and Head are those of a clean end
}{
	{"LF", "data: a\n\ndata: b\n\n", outcome{Messages: []string{"a", "b"}}},
	{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", outcome{Messages: []string{"a", "b"}}},
	{"CR", "data: a\r\rdata: b\r\r", outcome{Messages: []string{"a", "b"}}},
	{"mixed line ends", "data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\r", outcome{Messages: []string{"a\nb\nc", "d"}}},
	{"LF CR is two ends", "data: a\n\rdata: b\n\n", outcome{Messages: []string{"a", "b"}}},
	{"BOM", "\xef\xbb\xbfdata: a\n\n", outcome{Messages: []string{"a"}}},
	{"BOM before a blank line", "\xef\xbb\xbf\ndata: a\n\n", outcome{Messages: []string{"a"}}},
	{"two BOMs", "\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", outcome{Messages: []string{"b"}}},
	{"BOM later", "data: a\n\n\xef\xbb\xbfdata: b\n\n", outcome{Messages: []string{"a"}}},
	{"half a BOM", "\xef\xbbdata: a\ndata: b\n\n", outcome{Messages: []string{"b"}}},
	{"comment", ": hello\n:\ndata: a\n:data: b\n\n", outcome{Messages: []string{"a"}}},
	{"heartbeat", ":\n\n:\n\n", outcome{}},
	{"lines joined", "data: a\ndata: b\ndata\ndata: c\n\n", outcome{Messages: []string{"a\nb\n\nc"}}},
	{"one space removed", "data:a\n\ndata:  a\n\ndata:\ta\n\ndata: \n\n", outcome{Messages: []string{"a", " a", "\ta", ""}}},
	{"standard's example of empty data", "data\n\ndata\ndata\n\ndata:", outcome{Messages: []string{"", "\n"}}},
	{
		"standard's example of ids", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
		outcome{Messages: []string{"first event", "second event", " third event"}, ID: ""},
	},
	{"standard's stocks", "data: YHOO\ndata: +2\ndata: 10\n\n", outcome{Messages: []string{"YHOO\n+2\n10"}}},
	{"no data, no event", "event: a\n\ndata: b\n\n", outcome{Messages: []string{"b"}}},
	{"blank lines", "\n\n\ndata: a\n\n\n\n", outcome{Messages: []string{"a"}}},
	{"event type", "event: ping\ndata: a\n\n", outcome{Messages: []string{"a"}}},
	{"binary", "event: binary\ndata: AP+A\n\ndata: AP+A\n\n", outcome{Messages: []string{"\x00\xff\x80", "AP+A"}}},
	{"binary, name last", "data: AP+A\nid: 7\nevent:binary\n\n", outcome{Messages: []string{"\x00\xff\x80"}, ID: "7"}},
	{"binary in lines", "event: binary\ndata: AP\ndata: +A\n\n", outcome{Messages: []string{"\x00\xff\x80"}}},
	{"binary and empty", "event: binary\ndata\n\n", outcome{Messages: []string{""}}},
	{"binary without data", "event: binary\n\ndata: AP+A\n\n", outcome{Messages: []string{"AP+A"}}},
	{"the last name counts", "event: binary\nevent: text\ndata: a b\n\nevent: binary\nevent\ndata: a b\n\n", outcome{Messages: []string{"a b", "a b"}}},
	{"unknown fields", "Data: a\ndata : b\n data: c\ndatax: d\ndat: e\nx\n\ndata: f\n\n", outcome{Messages: []string{"f"}}},
	{"colons in data", "data: a: b\n\ndata::\n\n", outcome{Messages: []string{"a: b", ":"}}},
	{"unterminated", "data: a\n\ndata: b\n", outcome{Messages: []string{"a"}}},
	{"unterminated line", "data: a\n\ndata: b", outcome{Messages: []string{"a"}}},
	{"UTF-8 and what is not", "data: äöü\U0001f600\ndata: \xff\xc3\n\n", outcome{Messages: []string{"äöü\U0001f600\n\xff\xc3"}}},
	{"NUL in data", "data: a\x00b\n\n", outcome{Messages: []string{"a\x00b"}}},
	{"id", "id: 7\ndata: a\n\n", outcome{Messages: []string{"a"}, ID: "7"}},
	{"id without data counts", "id: 7\n\n", outcome{ID: "7"}},
	{"id of an unfinished event", "id: 7\ndata: a\n\nid: 8\ndata: b\n", outcome{Messages: []string{"a"}, ID: "7"}},
	{"id stays", "id: 7\ndata: a\n\ndata: b\n\n", outcome{Messages: []string{"a", "b"}, ID: "7"}},
	{"id reset", "id: 7\ndata: a\n\nid\n\n", outcome{Messages: []string{"a"}}},
	{"last id of an event", "id: 7\nid: 89\ndata: a\n\nid:  x\n\n", outcome{Messages: []string{"a"}, ID: " x"}},
	{"id with NUL", "id: 7\n\nid: 8\x00\ndata: a\n\n", outcome{Messages: []string{"a"}, ID: "7"}},
	{"id that begins with NUL", "id: 7\n\nid:\x008\n\n", outcome{ID: "7"}},
	{"retry", "retry: 3000\n\n", outcome{Retry: "3s"}},
	{"retry needs no event", "retry:3000\n", outcome{Retry: "3s"}},
	{"retry with other than digits", "retry: 3000\nretry: 1s\nretry: -1\nretry:  1\nretry:\nretry\nretry: 1.5\n", outcome{Retry: "3s"}},
	{"retry of zero", "retry: 0\n\n", outcome{Retry: "0s"}},
	{
		"a stamp", "id: 1\ndata: " + string(wire.Payload(wire.Stamp{Seq: 1}, 32)) + "\n\n",
		outcome{Messages: []string{string(wire.Payload(wire.Stamp{Seq: 1}, 32))}, ID: "1"},
	},
}

func TestStream(t *testing.T) {
	for _, c := range streams {
		for _, f := range framings {
			t.Run(c.name+"/"+f.name, func(t *testing.T) {
				want := c.want
				want.End, want.Head = "clean", true
				if diff := cmp.Diff(want, playEverySplit(t, 0, f.wrap(c.in))); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestEventEndsAtOnce: an event is due with the byte that ends it, even if an LF may still follow.
func TestEventEndsAtOnce(t *testing.T) {
	for _, in := range []string{"data: a\n\n", "data: a\r\r", "data: a\r\n\r", "data: a\n\r"} {
		got := play(t, 0, head+"\r\n", in)
		if diff := cmp.Diff([]string{"a"}, got.Messages); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

var responses = []struct {
	name, in string
	head     bool
	end      string
}{
	{"parameters of the media type", "HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream ; charset=utf-8\r\n\r\n", true, "clean"},
	{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n", true, "clean"},
	{"identity", head + "Content-Encoding: identity\r\n\r\n", true, "clean"},
	{"HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n", true, "clean"},
	{"folded media type", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;\r\n charset=utf-8\r\n\r\n", true, "clean"},
	{"compressed", head + "Content-Encoding: br\r\n\r\n", false, `sse: content encoding "br" was not asked for`},
	{"no base64", head + "\r\nevent: binary\ndata: ?\n\n", true, "sse: the data of an event named binary is not base64"},
	{"no media type", "HTTP/1.1 200 OK\r\n\r\n", false, `sse: content type "", want text/event-stream`},
	{"another media type", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", false, `sse: content type "text/plain", want text/event-stream`},
	{"longer media type", "HTTP/1.1 200 OK\r\nContent-Type: text/event-streams\r\n\r\n", false, `sse: content type "text/event-streams", want text/event-stream`},
	{"204", "HTTP/1.1 204 No Content\r\n\r\n", false, sse.ErrNoContent.Error()},
	{"206", "HTTP/1.1 206 Partial Content\r\nContent-Type: text/event-stream\r\n\r\n", false, "sse: status 206, want 200"},
	{"303", "HTTP/1.1 303 See Other\r\nLocation: /x\r\n\r\n", false, `http: status 303 redirects to "/x"`},
	{"300", "HTTP/1.1 300 Multiple Choices\r\nLocation: /x\r\n\r\n", false, "sse: status 300, want 200"},
	{"500", "HTTP/1.1 500 Oops\r\nContent-Type: text/event-stream\r\n\r\n", false, "sse: status 500, want 200"},
	{"redirect to nowhere", "HTTP/1.1 307 Temporary Redirect\r\n\r\n", false, "sse: status 307, want 200"},
	{"no HTTP", "data: a\n\n", false, `http: response does not begin with "HTTP/1."`},
	{"cut in the head", "HTTP/1.1 200 OK\r\nContent-Ty", false, "http: in the response head: unexpected EOF"},
	{"nothing", "", false, "http: in the response head: unexpected EOF"},
	{"cut in a body of known length", head + "Content-Length: 9\r\n\r\ndata: a\n", true, "http: 1 bytes before the end of the body: unexpected EOF"},
	{"cut in a chunked body", head + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n", true, "http: in a chunked body: unexpected EOF"},
	{"bad chunk", head + "Transfer-Encoding: chunked\r\n\r\nx\r\n", true, "http: malformed chunk size"},
	{"unknown transfer coding", head + "Transfer-Encoding: br\r\n\r\n", false, `http: transfer encoding "br" is not supported`},
}

func TestResponse(t *testing.T) {
	for _, c := range responses {
		t.Run(c.name, func(t *testing.T) {
			if got := playEverySplit(t, 0, c.in); got.Head != c.head || got.End != c.end {
				t.Errorf("got head %v and end %q, want %v and %q", got.Head, got.End, c.head, c.end)
			}
		})
	}
}

func TestErrorsToActOn(t *testing.T) {
	if _, err := sse.New().Feed([]byte("HTTP/1.1 204 No Content\r\n\r\n"), nil); !errors.Is(err, sse.ErrNoContent) {
		t.Errorf("204 gives %v", err)
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, err := sse.New().Feed(fmt.Appendf(nil, "HTTP/1.1 %d Moved\r\nLocation: http://b/y\r\n\r\n", status), nil)
		var redirect *http1.RedirectError
		if !errors.As(err, &redirect) || redirect.Location != "http://b/y" || redirect.Status != status {
			t.Errorf("%d gives %v", status, err)
		}
	}
}

func TestLimit(t *testing.T) {
	const limit = 32
	x := strings.Repeat("x", limit)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"line", "data: " + x[6:] + "\n\n", []string{x[6:]}},
		{"line over", "data: " + x[5:] + "\n\n", []string{skipped}},
		{"line without end", "data: " + x[6:], nil},
		{"line without end over", "data: " + x[5:], []string{skipped}},
		{"without end, far over", "data: " + x + x + x, []string{skipped}},
		{"comment over", ":" + x + "\n\n", []string{skipped}},
		{"lines", "data: " + x[16:] + "\ndata: " + x[23:] + "\n\n", []string{x[16:] + "\n" + x[23:]}},
		{"lines over", "data: " + x[16:] + "\ndata: " + x[22:] + "\n\n", []string{skipped}},
		{"many small lines over", strings.Repeat("data\n", limit) + "\n", []string{skipped}},
		{"others around", "data: a\n\ndata: " + x + "\r\nid: 7\r\n\r\ndata: b\n\ndata: c\r\r", []string{"a", skipped, "b", "c"}},
		{"two in a row", "data: " + x + "\r\rdata: " + x + "\n\ndata: b\n\n", []string{skipped, skipped, "b"}},
		{"binary over", "event: binary\ndata: " + x + "\n\ndata: b\n\n", []string{skipped, "b"}},
		{"the first line", "\xef\xbb\xbfdata: " + x + "\n\ndata: b\n\n", []string{skipped, "b"}},
		{"an id before", "id: 7\ndata: " + x + "\n\ndata: b\n\n", []string{skipped, "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := playEverySplit(t, limit, head+"\r\n"+c.in)
			if diff := cmp.Diff(c.want, got.Messages); diff != "" || got.End != "clean" || got.ID != "" {
				t.Errorf("end %q, id %q (-want +got):\n%s", got.End, got.ID, diff)
			}
		})
	}
	for in, want := range map[string]int{strings.Repeat("data: a\n\n: comment\n", limit): limit} {
		if got := playEverySplit(t, limit, head+"\r\n"+in); len(got.Messages) != want || got.End != "clean" {
			t.Errorf("%d of %d events, end %q", len(got.Messages), want, got.End)
		}
	}
}

// A target's limit is the decoder's, and an event that never ends takes no more memory than that.
func TestEndlessEvent(t *testing.T) {
	d := sse.New()
	d.Open(wire.Target{Limit: 1000}, wire.Live)
	over := 0
	for _, part := range append([]string{head + "\r\ndata: "}, slices.Repeat([]string{strings.Repeat("x", 700)}, 1000)...) {
		if _, err := d.Feed([]byte(part), func(p []byte) { over++ }); err != nil {
			t.Fatal(err)
		}
		if d.Holding() > 2000 {
			t.Fatalf("%d bytes are held", d.Holding())
		}
	}
	if over != 1 {
		t.Errorf("said %d times", over)
	}
}

func TestRetryIsClamped(t *testing.T) {
	got := play(t, 0, head+"\r\nretry: "+strings.Repeat("9", 100)+"\n")
	if !strings.HasPrefix(got.Retry, "2562047h") { // 292 years, all that a Duration holds
		t.Errorf("retry is %q", got.Retry)
	}
}

func TestOpen(t *testing.T) {
	target := wire.Target{Address: "localhost:80", Path: "/events?x=1"}
	d := sse.New()
	want := "GET /events?x=1 HTTP/1.1\r\nHost: localhost:80\r\nAccept: text/event-stream\r\nAccept-Encoding: identity\r\nCache-Control: no-cache\r\n\r\n"
	if diff := cmp.Diff(want, string(d.Open(target, wire.Live))); diff != "" {
		t.Errorf("live (-want +got):\n%s", diff)
	}
	want = strings.Replace(want, "no-cache\r\n", "no-cache\r\nLast-Event-ID: 42\r\n", 1)
	if diff := cmp.Diff(want, string(d.Open(target, 42))); diff != "" || d.LastEventID() != "42" {
		t.Errorf("resume, id %q (-want +got):\n%s", d.LastEventID(), diff)
	}
	target.Gzip = true
	if got := string(d.Open(target, wire.Live)); !strings.Contains(got, "\r\nAccept-Encoding: gzip\r\n") {
		t.Errorf("with gzip: %q", got)
	}
	if got := string(d.Open(wire.Target{}, wire.Live)); !strings.HasPrefix(got, "GET / HTTP/1.1\r\n") {
		t.Errorf("without a path: %q", got)
	}
}

// TestReopen: a decoder may be opened again, and then knows nothing of the connection before but how long to wait.
func TestReopen(t *testing.T) {
	d := sse.New()
	if _, err := d.Feed([]byte(head+"\r\nretry: 3000\nid: 7\n\ndata: a"), nil); err != nil {
		t.Fatal(err)
	}
	d.Open(wire.Target{}, wire.Live)
	retry, _ := d.Retry()
	if n, _ := d.Kept(); d.Head() || d.LastEventID() != "" || n != 0 || retry.String() != "3s" {
		t.Errorf("head %v, id %q, %d bytes held, retry %v", d.Head(), d.LastEventID(), n, retry)
	}
}

// TestNoAllocations holds the cost of the steady state: whole events are used where they were read.
func TestNoAllocations(t *testing.T) {
	d := sse.New()
	got := 0
	emit := func([]byte) { got++ }
	if _, err := d.Feed([]byte(head+"Transfer-Encoding: chunked\r\n\r\n"), emit); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"123456", "abc-de"} {
		got = 0
		in := []byte("14\r\nid: " + id + "\ndata: a\n\n\r\n" + "3\r\n:\n\n\r\n" + "9\r\ndata: b\n\n\r\n")
		n := testing.AllocsPerRun(100, func() {
			if _, err := d.Feed(in, emit); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 || got != 101*2 { // one run is for warming up
			t.Errorf("id %s: %v allocations for %d messages", id, n, got)
		}
	}
}

// TestState holds the size of a connection: thousands of them share a process.
func TestState(t *testing.T) {
	if size := unsafe.Sizeof(sse.Decoder{}); size > 48 {
		t.Errorf("a decoder takes %d bytes", size)
	}
	d := sse.New()
	for _, c := range []struct {
		in   string
		bare bool
	}{
		{head + "\r\n", true},
		{"\xef\xbb\xbfid: 7\nretry: 1\ndata: a\n\n", true},
		{"data: a\r\ndata: b\r\n\r\n", true},
		{":\n\n", true},
		{"id\n\n", true},
		{"id: 7\n", false},
		{"\n", true},
		{"id: x\n\n", false}, // a text needs memory for as long as it is the last
		{"id: 8\n\n", true},
		{"event: binary\n", false},
		{"\n", true},
	} {
		for _, part := range split.Bytes(c.in) {
			if _, err := d.Feed([]byte(part), func([]byte) {}); err != nil {
				t.Fatal(err)
			}
		}
		if d.Bare() != c.bare {
			t.Errorf("bare is %v behind %q", d.Bare(), c.in)
		}
	}
}

// TestIDs: an id is kept as it was sent, whether it looks like a number or not, and whatever was there before.
func TestIDs(t *testing.T) {
	ids := []string{"", "0", "7", "007", "00", "-1", "+1", "1e3", "1 ", "x", "9999999999999999999", "18446744073709551615", "\xd9\xa3"}
	for _, before := range ids {
		for _, id := range ids {
			in := head + "\r\nid: " + before + "\ndata: a\n\nid: y\nid: " + id + "\n"
			if got := playEverySplit(t, 0, in).ID; got != before {
				t.Errorf("undispatched: %q, want %q", got, before)
			}
			if got := playEverySplit(t, 0, in+"id: \x00\ndata: b\ndata: c\n\n").ID; got != id {
				t.Errorf("after %q: %q, want %q", before, got, id)
			}
		}
	}
	for _, after := range []uint64{0, 42, wire.Live - 1} {
		d := sse.New()
		if d.Open(wire.Target{}, after); d.LastEventID() != strconv.FormatUint(after, 10) {
			t.Errorf("opened after %d: %q", after, d.LastEventID())
		}
		if _, err := d.Feed([]byte(head+"\r\n:\n"), nil); err != nil || d.LastEventID() != strconv.FormatUint(after, 10) {
			t.Errorf("in the stream after %d: %q, error %v", after, d.LastEventID(), err)
		}
	}
}

// TestBinaryIsOurs: of a server that is not ours the name binary says nothing, whatever its data is.
func TestBinaryIsOurs(t *testing.T) {
	const stream = "event: binary\ndata: AP+A\n\nevent: binary\ndata: no base64?\n\nid: 7\ndata: b\nevent:binary\n\n"
	for _, f := range framings {
		got := split.Everywhere(t, f.wrap(stream), func(parts ...string) []string {
			d, messages := sse.New(), []string(nil)
			d.Open(wire.Target{External: &wire.External{}}, wire.Live)
			for _, part := range parts {
				if _, err := d.Feed([]byte(part), func(p []byte) { messages = append(messages, string(p)) }); err != nil && !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
			}
			return messages
		})
		if diff := cmp.Diff([]string{"AP+A", "no base64?", "b"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.name, diff)
		}
	}
}

// TestResume: the last id comes back as the server wrote it, and for as long as the server sets no other.
func TestResume(t *testing.T) {
	target := wire.Target{Address: "a:1", Path: "/x", External: &wire.External{}}
	live := string(sse.New().Open(target, wire.Live))
	for _, id := range []string{"", "0", "7", "007", "abc", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", " a b", "\xd9\xa3", strings.Repeat("x", 4096)} {
		want := live
		if id != "" {
			want = strings.TrimSuffix(live, "\r\n") + "Last-Event-ID: " + id + "\r\n\r\n"
		}
		d := sse.New()
		d.Open(target, wire.Live)
		feed := func(in string) {
			t.Helper()
			if _, err := d.Feed([]byte(in), func([]byte) {}); err != nil {
				t.Fatal(err)
			}
		}
		feed(head + "\r\nid: before\n\nretry: 5\nid: " + id + "\ndata: a\n\nid: unfinished\ndata: b\n")
		for range 2 { // a connection that brings nothing changes nothing
			if diff := cmp.Diff(want, string(d.Resume(target))); diff != "" {
				t.Errorf("id %.50q (-want +got):\n%s", id, diff)
			}
			feed(head + "\r\n:\n\n")
		}
		if retry, ok := d.Retry(); !ok || retry.String() != "5ms" {
			t.Errorf("retry is %v, %v", retry, ok)
		}
		if d.Open(target, wire.Live); d.LastEventID() != "" {
			t.Errorf("a new subscription knows the id %q", d.LastEventID())
		}
	}
}

// TestIDsAreBounded: each connection keeps its last one, and a server could not take a long one back.
func TestIDsAreBounded(t *testing.T) {
	in := head + "\r\nid: " + strings.Repeat("x", 4097) + "\ndata: a\n\n"
	for _, parts := range [][]string{{in}, {in[:3000], in[3000:]}} {
		if got := play(t, 0, parts...); got.End != "sse: the id of an event is longer than 4096 bytes, more than servers take back in a header" || got.Messages != nil {
			t.Errorf("end %q with %q", got.End, got.Messages)
		}
	}
}
