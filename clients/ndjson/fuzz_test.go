package ndjson_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/internal/split"
)

// FuzzNDJSON gives the fuzzer the stream, where this package's rules are; heads and framing are fuzzed in clients/http1.
func FuzzNDJSON(f *testing.F) {
	for i, c := range streams {
		f.Add(byte(i), []byte(c.in), uint64(i))
	}
	f.Fuzz(func(t *testing.T, framing byte, stream []byte, seed uint64) {
		in := framings[int(framing)%len(framings)].wrap(string(stream))
		got := play(t, 0, in)
		if diff := cmp.Diff(got, play(t, 0, split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		const small = 24 // near the lengths the fuzzer makes, so that it meets the limit
		if diff := cmp.Diff(play(t, small, in), play(t, small, split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split, with a limit (-whole +split):\n%s", diff)
		}
		if got.End != "clean" {
			got.End = broken
		}
		if diff := cmp.Diff(reference(t, in), got); diff != "" {
			t.Fatalf("-reference +got:\n%s", diff)
		}
	})
}

const broken = "broken"

// reference reads the response with net/http, the lines with strings and each with encoding/json.
func reference(t *testing.T, in string) (o outcome) {
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(in)), nil)
	if err != nil {
		t.Fatalf("a head of ours: %v", err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("a body of ours: %v", err)
	}
	o = outcome{Head: true, End: "clean"}
	lines := strings.Split(string(body), "\n")
	for _, l := range lines[:len(lines)-1] {
		if strings.Trim(l, " \t\r") == "" {
			continue
		}
		var m struct {
			Seq    *uint64
			Data   *string
			Base64 []byte
		}
		if err := json.Unmarshal([]byte(l), &m); err != nil || m.Seq == nil || (m.Data == nil) == (m.Base64 == nil) {
			o.End = broken
			return o
		}
		if m.Base64 != nil {
			o.Messages = append(o.Messages, string(m.Base64))
			continue
		}
		o.Messages = append(o.Messages, *m.Data)
	}
	return o
}
