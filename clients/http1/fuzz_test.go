package http1_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/internal/split"
)

// reference reads a response with net/http; headErr and bodyErr tell where it gave up.
func reference(in string) (r *http.Response, body string, headErr, bodyErr error) {
	buf := bufio.NewReader(strings.NewReader(in))
	for {
		r, err := http.ReadResponse(buf, nil)
		if err != nil {
			return nil, "", err, nil
		}
		if r.StatusCode/100 == 1 && r.StatusCode != 101 {
			continue // net/http leaves the skipping of interim responses to its Transport
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		return r, string(b), nil, err
	}
}

// Where net/http and this package differ on purpose, by what the input looks like.
var (
	stricterHead = []*regexp.Regexp{
		regexp.MustCompile(`\n[^:\n]* [^:\n]*:`),                   // net/http lets a space into a field name
		regexp.MustCompile(`(^|\n)HTTP/(0|[2-9])`),                 // versions that are not HTTP/1
		regexp.MustCompile(`(^|\n)HTTP/1\.. ( |[^1-9])`),           // spaces before the status; codes below 100, with sign
		regexp.MustCompile(`(?i)^HTTP/1\.0(.|\n)*transfer-enc`),    // net/http ignores the codings of HTTP/1.0
		regexp.MustCompile(`(?i)HTTP/1\.. 101(.|\n)*transfer-enc`), // and some of a response without a body
	}
	stricterHTTP = []*regexp.Regexp{
		regexp.MustCompile(`(?i)\ntrailer:`), // net/http checks the names announced; here trailers are skipped
		// net/http reads the framing of an interim response too, and of one without a body; they have none.
		regexp.MustCompile(`(?i)HTTP/1\.. (1\d\d|204|304)(.|\n)*(content-len|transfer-enc)`),
	}
	stricterBody = []*regexp.Regexp{
		regexp.MustCompile(`[ \t];`), // net/http knows no white space before an extension (RFC 9112 section 7.1.1)
		// The count net/http keeps of overhead overflows with sizes near 64 bits.
		regexp.MustCompile(`[[:xdigit:]]{16}`),
	}
)

var trailerError = regexp.MustCompile(`trailer|MIME header`)

func explained(in string, by []*regexp.Regexp) bool {
	return slices.ContainsFunc(by, func(r *regexp.Regexp) bool { return r.MatchString(in) })
}

func FuzzResponse(f *testing.F) {
	for i, c := range heads {
		f.Add([]byte(c.in), uint64(i))
	}
	for i, c := range bodies {
		f.Add([]byte(c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		in := string(data)
		got := read(in)
		if diff := cmp.Diff(got, read(split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		if len(in) > http1.MaxHead/2 {
			return // limits differ; the tables test ours
		}
		want, body, headErr, bodyErr := reference(in) //nolint:bodyclose // reference has closed it
		switch {
		case headErr != nil && got.Framed:
			if !explained(in, stricterHTTP) {
				t.Fatalf("accepted with status %d, net/http says %v", got.Status, headErr)
			}
			return
		case headErr == nil && !got.Framed:
			if !explained(in, stricterHead) {
				t.Fatalf("refused: %s; net/http accepts it with status %d", got.End, want.StatusCode)
			}
			return
		case headErr != nil:
			return
		}
		if got.Status != want.StatusCode {
			t.Fatalf("status %d, net/http says %d", got.Status, want.StatusCode)
		}
		compareFields(t, got.Fields, want.Header)
		if clean := bodyErr == nil; got.Body != body || clean != (got.End == "clean") {
			// net/http parses trailers, in a buffer of 4 KiB; here they are skipped, with the line ends of a head.
			inTrailer := bodyErr != nil && trailerError.MatchString(bodyErr.Error())
			if !inTrailer && !explained(in, stricterBody) || !strings.HasPrefix(got.Body, body) {
				t.Fatalf("body %q with end %q, net/http says %q with end %v", got.Body, got.End, body, bodyErr)
			}
		}
	})
}

// compareFields leaves out what net/http moves out of the header.
func compareFields(t *testing.T, fields []http1.Field, want http.Header) {
	t.Helper()
	got := http.Header{}
	for _, f := range fields {
		got.Add(f.Name, f.Value)
	}
	for _, values := range want {
		for i := range values {
			values[i] = strings.TrimRight(values[i], " ") // net/http leaves the spaces of a fold at the end
		}
	}
	for _, name := range []string{"Transfer-Encoding", "Content-Length", "Trailer", "Connection", "Pragma", "Cache-Control"} {
		got.Del(name)
		want.Del(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("fields (-net/http +got):\n%s", diff)
	}
}

// TestNoAllocations holds the claim the decoders stand on: framing costs no memory.
func TestNoAllocations(t *testing.T) {
	var x http1.Exchange
	var partial []byte
	accept := func(*http1.Response) error { return nil }
	n := 0
	feed := func(in []byte) {
		if _, err := x.Feed(in, &partial, accept, func(piece []byte) error { n += len(piece); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	feed([]byte(chunked))
	in := bytes.Repeat([]byte("5\r\nhello\r\n"), 10)
	if allocations := testing.AllocsPerRun(100, func() { feed(in) }); allocations != 0 || n != 101*len("hello")*10 { // one run is for warming up
		t.Errorf("%v allocations for ten chunks, %d bytes of them in all", allocations, n)
	}
	if size := unsafe.Sizeof(x); size > 16 {
		t.Errorf("an exchange takes %d bytes", size)
	}
}
