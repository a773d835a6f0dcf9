package ndjson_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
	"github.com/pushbench/pushbench/clients/ndjson"
	"github.com/pushbench/pushbench/internal/wire"
)

var streams = []struct {
	name, in string
	want     []string
	end      string // empty: clean
}{
	{"lines", line(1, "a") + line(2, "b"), []string{"a", "b"}, ""},
	{"empty payload", line(1, ""), []string{""}, ""},
	{"largest number", `{"seq":18446744073709551615,"data":"a"}` + "\n", []string{"a"}, ""},
	{"heartbeats", "\n" + line(1, "a") + "\n\n \t\r\n" + line(2, "b"), []string{"a", "b"}, ""},
	{"CRLF", `{"seq":1,"data":"a"}` + "\r\n", []string{"a"}, ""},
	{"white space and another order", ` { "data" : "a" , "seq" : 1 } ` + "\n", []string{"a"}, ""},
	{"other members", `{"seq":1,"event":"x","data":"a","more":{"data":"b"}}` + "\n", []string{"a"}, ""},
	{"escapes", `{"seq":1,"data":"\"\\\n\u00e4\ud83d\ude00"}` + "\n", []string{"\"\\\nä\U0001f600"}, ""},
	{"UTF-8", `{"seq":1,"data":"äöü` + "\U0001f600" + `"}` + "\n", []string{"äöü\U0001f600"}, ""},
	{"what is not UTF-8", `{"seq":1,"data":"` + "\xff" + `"}` + "\n", []string{"�"}, ""},
	{"what looks like an end", `{"seq":1,"data":"a","x":"b"}` + "\n", []string{"a"}, ""},
	{"binary", `{"seq":1,"base64":"AP+A"}` + "\n" + `{"seq":1,"base64":""}` + "\n", []string{"\x00\xff\x80", ""}, ""},
	{"binary and text", `{"seq":1,"data":"a","base64":"AA=="}` + "\n", nil, `ndjson: line "{\"seq\":1,\"data\":\"a\",\"base64\":\"AA==\"}" has not seq and one of data and base64`},
	{"no base64", `{"seq":1,"base64":"?"}` + "\n", nil, `ndjson: line "{\"seq\":1,\"base64\":\"?\"}": illegal base64 data at input byte 0`},
	{"unterminated", line(1, "a") + `{"seq":2,"data":"b"}`, []string{"a"}, ""},
	{"no JSON", line(1, "a") + "data: b\n", []string{"a"}, `ndjson: line "data: b": invalid character 'd' looking for beginning of value`},
	{"two on a line", strings.TrimSuffix(line(1, "a"), "\n") + line(2, "b"), nil, `ndjson: line "{\"seq\":1,\"data\":\"a\"}{\"seq\":2,\"data\":\"b\"}": invalid character '{' after top-level value`},
	{"no seq", `{"data":"a"}` + "\n", nil, `ndjson: line "{\"data\":\"a\"}" has not seq and one of data and base64`},
	{"no data", `{"seq":1}` + "\n", nil, `ndjson: line "{\"seq\":1}" has not seq and one of data and base64`},
	{"null", "null\n", nil, `ndjson: line "null" has not seq and one of data and base64`},
	{"number with a zero before it", `{"seq":01,"data":"a"}` + "\n", nil, `ndjson: line "{\"seq\":01,\"data\":\"a\"}": invalid character '1' after object key:value pair`},
	{"control character", "{\"seq\":1,\"data\":\"\t\"}\n", nil, `ndjson: line "{\"seq\":1,\"data\":\"\t\"}": invalid character '\t' in string literal`},
}

func TestStreams(t *testing.T) {
	for _, c := range streams {
		for _, f := range framings {
			t.Run(c.name+"/"+f.name, func(t *testing.T) {
				want := outcome{Messages: c.want, End: c.end, Head: true}
				if want.End == "" {
					want.End = "clean"
				}
				if diff := cmp.Diff(want, playEverySplit(t, 0, f.wrap(c.in))); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

var responses = []struct {
	name, in string
	head     bool
	end      string
}{
	{"parameters of the media type", "HTTP/1.1 200 OK\r\ncontent-type: Application/X-NDJSON ; charset=utf-8\r\n\r\n", true, "clean"},
	{"identity", head + "Content-Encoding: identity\r\n\r\n", true, "clean"},
	{"compressed", head + "Content-Encoding: gzip\r\n\r\n", false, `ndjson: content encoding "gzip" was not asked for`},
	{"another media type", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", false, `ndjson: content type "text/plain", want application/x-ndjson`},
	{"204", "HTTP/1.1 204 No Content\r\n\r\n", false, "ndjson: status 204, want 200"},
	{"no HTTP", line(1, "a"), false, `http: response does not begin with "HTTP/1."`},
	{"cut in the head", "HTTP/1.1 200 OK\r\nContent-Ty", false, "http: in the response head: unexpected EOF"},
	{"nothing", "", false, "http: in the response head: unexpected EOF"},
	{"cut in a chunked body", head + "Transfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n", true, "http: in a chunked body: unexpected EOF"},
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

func TestLimit(t *testing.T) {
	const limit = 64
	x := strings.Repeat("x", limit-len(line(1, ""))+1)
	fits := strings.TrimSuffix(line(1, x), "\n")
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"line", fits + "\n", []string{x}},
		{"line over", " " + fits + "\n", []string{skipped}},
		{"line without end", fits, nil},
		{"line without end over", " " + fits, []string{skipped}},
		{"many lines", strings.Repeat(fits+"\n\n", 5), []string{x, x, x, x, x}},
		{"others around", line(1, "a") + fits + fits + "\n" + line(3, "b"), []string{"a", skipped, "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := playEverySplit(t, limit, head+"\r\n"+c.in)
			if diff := cmp.Diff(c.want, got.Messages); diff != "" || got.End != "clean" {
				t.Errorf("end %q (-want +got):\n%s", got.End, diff)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	d := ndjson.New()
	for _, c := range []struct {
		path  string
		after uint64
		want  string
	}{
		{"/stream", wire.Live, "/stream"},
		{"/stream", 0, "/stream?after=0"},
		{"/stream?x=1", 42, "/stream?x=1&after=42"},
		{"", wire.Live, "/"},
	} {
		want := "GET " + c.want + " HTTP/1.1\r\nHost: localhost:80\r\nAccept: application/x-ndjson\r\nCache-Control: no-cache\r\n\r\n"
		if diff := cmp.Diff(want, string(d.Open(wire.Target{Address: "localhost:80", Path: c.path}, c.after))); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if _, err := d.Feed([]byte(head+"\r\n{"), nil); err != nil || !d.Head() {
		t.Errorf("head %v, error %v", d.Head(), err)
	}
	d.Open(wire.Target{}, wire.Live)
	if n, _ := d.Kept(); d.Head() || n != 0 {
		t.Error("opened again, the decoder still knows the connection before")
	}
}

// TestNoAllocations holds the cost of the steady state: lines of our server are used where they were read.
func TestNoAllocations(t *testing.T) {
	d := ndjson.New()
	got := 0
	emit := func([]byte) { got++ }
	if _, err := d.Feed([]byte(head+"\r\n"), emit); err != nil {
		t.Fatal(err)
	}
	in := []byte(line(123456, "a") + "\n" + line(123457, "b"))
	n := testing.AllocsPerRun(100, func() {
		if _, err := d.Feed(in, emit); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 || got != 101*2 { // one run is for warming up
		t.Errorf("%v allocations for %d messages", n, got)
	}
}

// TestState holds the size of a connection: thousands of them share a process.
func TestState(t *testing.T) {
	if size := unsafe.Sizeof(ndjson.Decoder{}); size > 48 {
		t.Errorf("a decoder takes %d bytes", size)
	}
	d := ndjson.New()
	for _, part := range split.Bytes(head + "\r\n" + line(1, "a") + "\n" + line(2, `"`)) {
		if _, err := d.Feed([]byte(part), func([]byte) {}); err != nil {
			t.Fatal(err)
		}
	}
	if n, room := d.Kept(); n != 0 || room != 0 {
		t.Errorf("between lines %d bytes are held in room for %d", n, room)
	}
}
