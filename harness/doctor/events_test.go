package doctor

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func newParser() *parser { return &parser{now: func() time.Time { return noon }} }

// read feeds a text, each byte by itself where it is split.
func read(text string, split bool) *parser {
	p := newParser()
	if !split {
		p.feed([]byte(text), time.Second)
		return p
	}
	for i := range len(text) {
		p.feed([]byte(text[i:i+1]), time.Second)
	}
	return p
}

func TestParser(t *testing.T) {
	for _, c := range []struct {
		name, in                string
		events, comments, alien int
		ids                     []string
		unfinished              bool
	}{
		{"event", "data: a\n\n", 1, 0, 0, nil, false},
		{"ids", "id: 1\ndata: a\n\nid:2\ndata\n\nid\ndata:\n\n", 3, 0, 0, []string{"1", "2", ""}, false},
		{"an id without data is none of an event", "id: 1\n\ndata: a\n\n", 1, 0, 0, nil, false},
		{"an id with NUL is none", "id: a\x00\ndata: a\n\n", 1, 0, 0, nil, false},
		{"line ends", "data: a\r\n\r\ndata: b\r\rdata: c\n\n", 3, 0, 0, nil, false},
		{"BOM", "\xef\xbb\xbfdata: a\n\n", 1, 0, 0, nil, false},
		{"comments", ":\n\n: ping\n\n:a\n:b\n\n", 0, 3, 0, nil, false},
		{"all fields", "event: x\nretry: 5\nid: 1\ndata: a\ndata: b\n\n", 1, 0, 0, []string{"1"}, false},
		{"lines of something else", "{\"a\":1}\n\n<p>\nDATA: x\n", 0, 0, 3, nil, false},
		{"no blank line", "data: a\n", 0, 0, 0, nil, true},
		{"half a line", "data: a\n\nda", 1, 0, 0, nil, true},
		{"nothing", "", 0, 0, 0, nil, false},
	} {
		for _, split := range []bool{false, true} {
			p := read(c.in, split)
			got := []any{p.events, p.comments, p.alien, p.late, p.unfinished()}
			if diff := cmp.Diff([]any{c.events, c.comments, c.alien, c.ids, c.unfinished}, got); diff != "" {
				t.Errorf("%s, split %v: %s", c.name, split, diff)
			}
		}
	}
}

func TestRetry(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"0": 0, "3000": 3 * time.Second, "86400000": 24 * time.Hour, "99999999999999999999999": maxDuration, "9007199254740992": maxDuration,
		"": -1, "-1": -1, "3s": -1, "1e3": -1,
	} {
		p := read("retry: "+value+"\n\n", false)
		got, valid := p.reconnection()
		if !valid {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestOwnTime(t *testing.T) {
	at := noon.Add(-1500 * time.Millisecond)
	for text, want := range map[string]bool{
		`{"at":"2026-11-30T11:59:58.5Z"}`:              true,
		`{"at":"2026-11-30T12:59:58.500+01:00"}`:       true,
		"2026-11-30 11:59:58.5+00:00":                  true,
		"1796039998500-0":                              true, // an id of Redis
		`{"ts":1796039998500000}`:                      true,
		`{"n":1234567890123,"ns":1796039998500000000}`: true,
		`{"at":"2026-11-30T11:59:58Z"}`:                false, // whole seconds
		"1796039998":                                   false,
		"2025-11-30T11:59:58.5Z":                       false, // another year
		"9999999999999999999":                          false,
		"":                                             false,
	} {
		got, found := ownTime(text, noon)
		if found != want || found && !got.Equal(at) {
			t.Errorf("%s: %v, %v", text, got, found)
		}
	}
}

// Whatever comes, however it is split, the counts are the same, and no more is kept than has room.
func FuzzParser(f *testing.F) {
	for _, seed := range []string{"data: a\n\n", "id: 1\r\ndata: 1796039998500\r\n\r\n", ": a\n\n:b\n", "retry: 5\n\n{}\n", "\xef\xbb\xbf\r\r", "data\x00:\n" + strings.Repeat("x", 200)} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, at int) {
		whole, parts := newParser(), newParser()
		whole.feed([]byte(text), 0)
		cut := min(max(at, 0), len(text))
		parts.feed([]byte(text[:cut]), 0)
		parts.feed([]byte(text[cut:]), 0)
		if diff := cmp.Diff(whole, parts, cmp.AllowUnexported(parser{}, item{}), cmp.FilterPath(func(p cmp.Path) bool {
			return p.Last().String() == ".now" || p.Last().String() == ".line" || p.Last().String() == ".data"
		}, cmp.Ignore())); diff != "" {
			t.Fatal(diff)
		}
		if len(whole.line) > mostLine || len(whole.data) > mostData || len(whole.late) > min(whole.events, mostIDs) || len(whole.early) != len(whole.late) || len(whole.items) != whole.events+whole.comments {
			t.Fatalf("%d bytes of a line, %d of data, %d ids of %d events", len(whole.line), len(whole.data), len(whole.late), whole.events)
		}
		if wait, _ := whole.reconnection(); wait < 0 || wait > maxDuration {
			t.Fatalf("retry %v", wait)
		}
	})
}
