package wire

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func kinds() []string { return []string{PayloadText, PayloadJSON, PayloadRandom, PayloadBinary} }

// Two processes that know seed and number make the same message, and others do not.
func TestContentIsDecidedBySeedAndNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Content{
			Payload: rapid.SampledFrom(kinds()).Draw(t, "payload"), Size: rapid.IntRange(StampSize, 3000).Draw(t, "size"),
			Seed: rapid.Uint64().Draw(t, "seed"),
		}
		s := Stamp{Seq: rapid.Uint64Range(1, MaxSeq-1).Draw(t, "seq"), Intended: rapid.Int64Range(1, 1<<60-1).Draw(t, "intended")}
		p := c.Message(s)
		if got, ok := ParseStamp(p); !ok || got != s || len(p) != c.Size {
			t.Fatalf("stamp %+v (%v) and %d bytes, want %+v and %d", got, ok, len(p), s, c.Size)
		}
		if !bytes.Equal(p, c.Message(s)) {
			t.Fatal("made again it differs")
		}
		if c.Payload == PayloadText || c.Size < 100 {
			return // too little room to differ for sure
		}
		next, other := s, c
		next.Seq++
		other.Seed++
		if body := p[StampSize:]; bytes.Equal(body, c.Message(next)[StampSize:]) || bytes.Equal(body, other.Message(s)[StampSize:]) {
			t.Fatal("another number or seed gives the same content")
		}
	})
}

func TestTextIsOneLineThatNothingChanges(t *testing.T) {
	for _, payload := range kinds()[:3] {
		for size := StampSize; size < 1500; size++ {
			p := Content{Payload: payload, Size: size, Seed: 1}.Message(Stamp{Seq: uint64(size), Intended: 1})
			for _, b := range p {
				if b < ' ' || b > '~' {
					t.Fatalf("%s of %d bytes has the byte %#x", payload, size, b)
				}
			}
			if body := p[StampSize:]; payload == PayloadJSON && len(body) > 0 && !json.Valid(body) {
				t.Fatalf("%d bytes are no JSON: %s", size, body)
			}
		}
	}
}

func TestBinaryHasBytesOfAllValues(t *testing.T) {
	seen := map[byte]bool{}
	for _, b := range (Content{Payload: PayloadBinary, Size: 1 << 14, Seed: 1}).Message(Stamp{Seq: 1, Intended: 1})[StampSize:] {
		seen[b] = true
	}
	if len(seen) != 256 {
		t.Errorf("%d values, want 256", len(seen))
	}
}

func TestNoRecordIsLongerThanTheLongest(t *testing.T) {
	random, longest := rand.NewPCG(1, 1), 0
	for range 100_000 {
		longest = max(longest, len(appendRecord(nil, random)))
	}
	if longest > longestRecord {
		t.Errorf("%d bytes, want at most %d", longest, longestRecord)
	}
	t.Logf("longest: %d bytes", longest)
}

// What a content compresses to is what it is there for.
func TestWhatContentsCompressTo(t *testing.T) {
	for _, c := range []struct {
		payload     string
		least, most float64
	}{{PayloadText, 0, 0.01}, {PayloadJSON, 0.1, 0.25}, {PayloadRandom, 0.74, 0.78}, {PayloadBinary, 1, 1.01}} {
		const size = 16 << 10
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.DefaultCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(Content{Payload: c.payload, Size: size, Seed: 1}.Message(Stamp{Seq: 1, Intended: 1}))
		_ = w.Close()
		share := float64(b.Len()) / size
		t.Logf("%s: %.3f", c.payload, share)
		if share < c.least || share > c.most {
			t.Errorf("%s compresses to %.3f of itself, want %v to %v", c.payload, share, c.least, c.most)
		}
	}
}

func TestContentsThatAreNone(t *testing.T) {
	for _, c := range []struct {
		content Content
		want    string // empty: fine
	}{
		{Content{Size: 16}, ""},
		{Content{Payload: PayloadBinary, Size: MaxSize}, ""},
		{Content{Payload: "xml", Size: 64}, `payload "xml" is none of text, json, random, binary, lines`},
		{Content{Size: 15}, "size 15"},
		{Content{Size: MaxSize + 1}, "size 1048577"},
	} {
		err := c.content.Check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.content, err, c.want)
		}
	}
}

func TestLinesHaveEveryBreak(t *testing.T) {
	for size := 60; size < 200; size++ {
		p := string(Content{Payload: PayloadLines, Size: size}.Message(Stamp{Seq: 1, Intended: 1}))
		rest := strings.ReplaceAll(p, "\r\n", "")
		if len(p) != size || rest == p || !strings.Contains(rest, "\r") || !strings.Contains(rest, "\n") || p[size-1] != '\n' {
			t.Fatalf("%d bytes: %q", size, p)
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	for _, payload := range kinds() {
		b.Run(payload, func(b *testing.B) {
			c := Content{Payload: payload, Size: 64 << 10, Seed: 1}
			b.SetBytes(int64(c.Size))
			for i := 0; b.Loop(); i++ {
				_ = c.Message(Stamp{Seq: uint64(i), Intended: 1})
			}
		})
	}
}
