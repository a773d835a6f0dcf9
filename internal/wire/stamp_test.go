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
			Mark:     Mark(rapid.Uint16Range(0, 1<<12-1).Draw(t, "mark")),
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

func TestParseStampRefusesOtherBytes(t *testing.T) {
	for _, p := range []string{"", "short", "AAAAAAAAAA AAAAA", "AAAAAAAAAAAAAAA\xff", "{\"data\":\"hello world\"}"} {
		if s, ok := ParseStamp([]byte(p)); ok {
			t.Errorf("ParseStamp(%q) = %+v, want a refusal", p, s)
		}
	}
}

// What looks like a stamp and is none has another mark: hexadecimal numbers, UUIDs and dates never have one of a trial.
func TestMarksAreNoHexadecimalDigits(t *testing.T) {
	seen := map[Mark]bool{}
	for range 1000 {
		m := NewMark()
		seen[m] = true
		p := Payload(Stamp{Seq: 1, Intended: 1, Mark: m}, 0)
		if end := p[StampSize-markDigits:]; bytes.ContainsAny(end, "0123456789abcdefABCDEF-_") {
			t.Fatalf("a mark of %q", end)
		}
		for _, text := range []string{"0197c1a0-7b3e-4cc3-98f1-0a3f5e6d7c8b", "2026-11-29T23-59-59", "d41d8cd98f00b204e9800998ecf8427e"} {
			if s, ok := ParseStamp([]byte(text)); ok && s.Mark == m {
				t.Fatalf("%s is taken for a stamp of %+v", text, s)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("%d marks in 1,000 draws", len(seen))
	}
}
