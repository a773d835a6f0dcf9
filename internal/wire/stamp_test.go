package wire

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestPayloadRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Stamp{
			Seq:      rapid.Uint64Range(0, MaxSeq).Draw(t, "seq"),
			Intended: rapid.Int64Range(0, 1<<60-1).Draw(t, "intended"),
		}
		size := rapid.IntRange(0, 4096).Draw(t, "size")
		p := Payload(want, size)
		if len(p) != max(size, StampSize) {
			t.Fatalf("payload of %d bytes, want %d", len(p), max(size, StampSize))
		}
		if bytes.ContainsAny(p, "\r\n\x00") {
			t.Fatal("a payload must be one line of text for SSE")
		}
		if got, ok := ParseStamp(p); !ok || got != want {
			t.Fatalf("got %+v, %v; want %+v", got, ok, want)
		}
	})
}

func TestParseStampRefusesForeignBytes(t *testing.T) {
	for _, p := range []string{"", "short", "AAAAAAAAAA AAAAA", "AAAAAAAAAAAAAAA\xff", "{\"data\":\"hello world\"}"} {
		if s, ok := ParseStamp([]byte(p)); ok {
			t.Errorf("ParseStamp(%q) = %+v, want a refusal", p, s)
		}
	}
}
