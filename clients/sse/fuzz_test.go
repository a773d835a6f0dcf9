package sse_test

import (
	"bufio"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
)

// fuzzHeads put the fuzzer's bytes behind a good head, where nearly all rules are; the first leaves the head to it too.
var fuzzHeads = []string{
	"",
	head + "\r\n",
	head + "Content-Length: 40\r\n\r\n",
	head + "Transfer-Encoding: chunked\r\n\r\n",
	head + "Transfer-Encoding: chunked\r\n\r\n40\r\ndata: a\n\n",
}

func FuzzSSE(f *testing.F) {
	for i, c := range streams {
		f.Add(byte(1+i%2), []byte(c.in), uint64(i))
		for _, framing := range framings[2:4] {
			f.Add(byte(3), []byte(strings.TrimPrefix(framing.wrap(c.in), fuzzHeads[3])), uint64(i))
		}
	}
	for i, c := range responses {
		f.Add(byte(0), []byte(c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which byte, data []byte, seed uint64) {
		in := fuzzHeads[int(which)%len(fuzzHeads)] + string(data)
		got := play(t, 0, in)
		if diff := cmp.Diff(got, play(t, 0, split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		const small = 24 // near the lengths the fuzzer makes, so that it meets the limit
		if diff := cmp.Diff(play(t, small, in), play(t, small, split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split, with a limit (-whole +split):\n%s", diff)
		}
		if int(which)%len(fuzzHeads) == 0 || explained(in) {
			return // heads are compared with net/http in clients/http1
		}
		if got.End != "clean" {
			got.End = broken // net/http judges a line when it is whole, and so has another error than a byte gives
		}
		if diff := cmp.Diff(readWithNetHTTP(t, in), got); diff != "" {
			t.Fatalf("-reference +got:\n%s", diff)
		}
	})
}

const broken = "broken"

// explained reports that net/http and clients/http1 differ on purpose about input like this; what they differ in, and
// that it is no more than that, is tested there.
func explained(in string) bool {
	return slices.ContainsFunc([]*regexp.Regexp{
		regexp.MustCompile(`(?i)\r?\n0+( *;[^\n]*|[ \t]*)\r\n[^\r]|\n0+[^\n]*\r\n\r[^\n]`), // trailers: parsed there, skipped here
		regexp.MustCompile(`[ \t];`),           // white space before a chunk extension
		regexp.MustCompile(`[[:xdigit:]]{16}`), // chunk sizes of 64 bits
		regexp.MustCompile(`[0-9]{13}`),        // retry: clamped here, overflowing in the reference
	}, func(r *regexp.Regexp) bool { return r.MatchString(in) })
}

// readWithNetHTTP undoes HTTP with net/http and reads the stream with the reader below.
func readWithNetHTTP(t *testing.T, in string) (o outcome) {
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(in)), nil)
	if err != nil {
		t.Fatalf("a head of ours: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	o = readStream(string(body))
	o.Head = true
	if o.End == "" {
		o.End = "clean"
	}
	if err != nil {
		o.End = broken
	}
	return o
}

var lineEnd = regexp.MustCompile("\r\n|\n|\r")

// readStream is the algorithm of sections 9.2.5 and 9.2.6, step by step and on the whole stream.
func readStream(stream string) (o outcome) {
	stream = strings.TrimPrefix(stream, "\ufeff")
	lines := lineEnd.Split(stream, -1)
	lines = lines[:len(lines)-1] // "Once the end of the file is reached, any pending data must be discarded."
	dataBuffer, lastEventIDBuffer, eventTypeBuffer := "", "", ""
	processField := func(field, value string) {
		switch field {
		case "data":
			dataBuffer += value + "\n"
		case "event":
			eventTypeBuffer = value
		case "id":
			if !strings.Contains(value, "\x00") {
				lastEventIDBuffer = value
			}
		case "retry":
			if regexp.MustCompile(`^[0-9]+$`).MatchString(value) {
				ms, _ := strconv.Atoi(value)
				o.Retry = (time.Duration(ms) * time.Millisecond).String()
			}
		}
	}
	for _, line := range lines {
		switch before, after, colon := strings.Cut(line, ":"); {
		case line == "":
			o.ID = lastEventIDBuffer
			if dataBuffer != "" && eventTypeBuffer == "binary" { // a rule of ours
				payload, err := base64.StdEncoding.DecodeString(dataBuffer)
				if err != nil {
					o.End = broken
					return o
				}
				dataBuffer = string(payload) + "\n"
			}
			if dataBuffer != "" {
				o.Messages = append(o.Messages, strings.TrimSuffix(dataBuffer, "\n"))
			}
			dataBuffer, eventTypeBuffer = "", ""
		case strings.HasPrefix(line, ":"):
		case colon:
			processField(before, strings.TrimPrefix(after, " "))
		default:
			processField(line, "")
		}
	}
	return o
}
