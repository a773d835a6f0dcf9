package gunzip

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/clients/internal/split"
)

// outcome is all there is to see of a stream.
type outcome struct {
	Content string
	End     string // "clean", "cut", or the error
}

// play feeds the parts to a reader. Each is overwritten once it has been read, so that a slice kept from it would show.
func play(t testing.TB, parts ...string) (o outcome) {
	t.Helper()
	var r Reader
	var err error
	for _, part := range parts {
		in := []byte(part)
		err = r.Feed(in, func(piece []byte) error {
			if len(piece) == 0 {
				t.Fatal("an empty piece")
			}
			o.Content += string(piece)
			return nil
		})
		clear(in)
		if err != nil {
			break
		}
	}
	switch {
	case err == nil && r.EOF() != nil:
		o.End = "cut"
	case err == nil:
		o.End = "clean"
	default:
		o.End = err.Error()
		if again := r.Feed([]byte("x"), nil); !errors.Is(again, errFailed) {
			t.Fatalf("fed again after %v: %v", err, again)
		}
	}
	return o
}

// compress writes the parts of a stream with a flush behind each.
func compress(t testing.TB, level int, header gzip.Header, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Header = header
	for _, p := range parts {
		if _, err := w.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStreamsCutAnywhere(t *testing.T) {
	text := strings.Repeat("event: trade\ndata: {\"symbol\":\"ACME\",\"price\":103.27}\n\n", 8)
	plain := compress(t, gzip.DefaultCompression, gzip.Header{}, text)
	changed := func(at int, with byte) string {
		b := []byte(plain)
		b[at] ^= with
		return string(b)
	}
	for _, c := range []struct {
		name, in string
		want     outcome
	}{
		{"empty", compress(t, 6, gzip.Header{}), outcome{"", "clean"}},
		{"text", plain, outcome{text, "clean"}},
		{"flushed", compress(t, 6, gzip.Header{}, "a", "", text, "b"), outcome{"a" + text + "b", "clean"}},
		{"stored", compress(t, gzip.NoCompression, gzip.Header{}, "a", text), outcome{"a" + text, "clean"}},
		{"fixed codes", compress(t, gzip.BestSpeed, gzip.Header{}, "hello, hello, hello"), outcome{"hello, hello, hello", "clean"}},
		{"codes of one length", compress(t, gzip.HuffmanOnly, gzip.Header{}, text), outcome{text, "clean"}},
		{"every part of a header", compress(t, 6, gzip.Header{Name: "n.txt", Comment: "why", Extra: []byte{1, 2, 3}}, "a"), outcome{"a", "clean"}},
		{"checksum of the header", headed(plain, 0x02), outcome{text, "clean"}},
		{"wrong checksum of the header", headed(plain, 0x02)[:10] + "??" + plain[10:], outcome{"", errHeader.Error()}},
		{"not gzip", "data: plain\n\n", outcome{"", errMagic.Error()}},
		{"another method", changed(2, 1), outcome{"", errMagic.Error()}},
		{"reserved flag", changed(3, 0x20), outcome{"", errHeader.Error()}},
		{"wrong checksum", changed(len(plain)-5, 1), outcome{text, errChecksum.Error()}},
		{"wrong length", changed(len(plain)-1, 1), outcome{text, errChecksum.Error()}},
		{"a byte behind", plain + "\x00", outcome{text, "cut"}},
		{"bytes behind", plain + "\x00\x00\x00\x00", outcome{text, errMagic.Error()}},
		{"a second member", plain + plain, outcome{text + text, "clean"}},
		{"members, some of them empty", compress(t, 6, gzip.Header{}) + plain + compress(t, 0, gzip.Header{Name: "n"}, "a") + compress(t, 6, gzip.Header{}), outcome{text + "a", "clean"}},
		{"a second member that is cut", plain + plain[:9], outcome{text, "cut"}},
		{"a distance into the member before", plain + plain[:10] + "\x02\x11\x00\x00", outcome{text, errData.Error()}},
		{"a wrong checksum in the second", plain + changed(len(plain)-5, 1), outcome{text + text, errChecksum.Error()}},
		{"nothing", "", outcome{"", "clean"}},
		{"cut in the trailer", plain[:len(plain)-1], outcome{text, "cut"}},
		{"block type 3", plain[:10] + "\x07", outcome{"", errData.Error()}},
		{"length without its complement", plain[:10] + "\x00\x01\x00\x00\x00", outcome{"", errData.Error()}},
		{"a distance before the begin", plain[:10] + "\xf2\x00\x11\x00\x00", outcome{"H", errData.Error()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := split.Everywhere(t, c.in, func(parts ...string) outcome { return play(t, parts...) })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// headed sets a flag in the header of a stream that has none, and puts the header's checksum behind it.
func headed(stream string, flag byte) string {
	b := []byte(stream[:10])
	b[3] |= flag
	sum := crc32.ChecksumIEEE(b)
	return string(b) + string([]byte{byte(sum), byte(sum >> 8)}) + stream[10:]
}

// Whatever was flushed is there: a message does not wait for the next.
func TestWhatWasFlushedIsThereAtOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, rapid.IntRange(gzip.HuffmanOnly, gzip.BestCompression).Draw(rt, "level"))
		var r Reader
		var got []byte
		seed := rapid.Uint64().Draw(rt, "seed")
		random := rand.New(rand.NewPCG(seed, 0))
		for range rapid.IntRange(1, 12).Draw(rt, "messages") {
			size := 1 + random.IntN(1<<random.IntN(18))
			message := mixture(random, size)
			_, _ = w.Write(message)
			_ = w.Flush()
			got = got[:0]
			for _, part := range split.Drawn(b.String(), random.Uint64()) {
				if err := r.Feed([]byte(part), func(p []byte) error { got = append(got, p...); return nil }); err != nil {
					rt.Fatal(err)
				}
			}
			b.Reset()
			if !bytes.Equal(got, message) {
				rt.Fatalf("%d bytes came of a message of %d, or others", len(got), size)
			}
			if len(r.window.ring) > windowSize {
				rt.Fatalf("%d bytes are held", len(r.window.ring))
			}
		}
		_ = w.Close()
		if err := errors.Join(r.Feed(b.Bytes(), func([]byte) error { return nil }), r.EOF()); err != nil {
			rt.Fatalf("at the end: %v", err)
		}
	})
}

// mixture is text that repeats itself, near and far, and bytes that do not.
func mixture(random *rand.Rand, size int) []byte {
	b := make([]byte, 0, size+300)
	for len(b) < size {
		switch n := random.IntN(300); {
		case len(b) > 0 && random.IntN(3) > 0:
			from := random.IntN(len(b))
			b = append(b, b[from:min(from+n, len(b))]...)
		case random.IntN(2) == 0:
			b = append(b, "the quick brown fox jumps over the lazy dog"[:n%44]...)
		default:
			for range n {
				b = append(b, byte(random.Uint32()))
			}
		}
	}
	return b[:size]
}

func TestAnErrorOfTheReceiverEndsIt(t *testing.T) {
	var r Reader
	wrong := errors.New("wrong")
	stream := compress(t, 6, gzip.Header{}, "a")
	if err := r.Feed([]byte(stream), func([]byte) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("got %v, want the receiver's", err)
	}
}

// FuzzGunzip gives the fuzzer a stream, valid or not, and holds what becomes of it against compress/gzip.
func FuzzGunzip(f *testing.F) {
	for _, level := range []int{gzip.HuffmanOnly, 0, 1, 6, 9} {
		f.Add([]byte(compress(f, level, gzip.Header{}, "a", "hello hello hello", strings.Repeat("abc", 400))), uint64(level+2))
	}
	f.Add([]byte(compress(f, 6, gzip.Header{}, "a")+compress(f, 1, gzip.Header{}, "a")), uint64(8))
	f.Add([]byte(compress(f, 6, gzip.Header{Name: "n", Comment: "c", Extra: []byte{1}}, "x")), uint64(9))
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		for _, member := range bytes.Split(in, []byte("\x1f\x8b\x08"))[1:] {
			if len(member) > 0 && (member[0]&flagsReserved != 0 || uint32(member[0])&(flagName|flagComment) != 0 && len(in) > 512) {
				return // compress/gzip does not look at the first, and takes no name or comment of more than 511 bytes
			}
		}
		got := play(t, string(in))
		if diff := cmp.Diff(got, play(t, split.Drawn(string(in), seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		compare(t, got, in)
	})
}

// FuzzInflate gives the fuzzer the bits behind a good header: its checksum is hardly ever right, and so the content counts.
func FuzzInflate(f *testing.F) {
	for _, level := range []int{flate.HuffmanOnly, 0, 1, 6, 9} {
		stream := compress(f, level, gzip.Header{}, "hello hello hello", strings.Repeat("abc", 400))
		f.Add([]byte(stream[10:]), uint64(level+2))
	}
	// A code that compress/flate waits longer for than it is.
	f.Add([]byte("0\x11\x00\xee\xff00000000000000000\xec\xd0\x01\t\x00\x00\f\x02\xb0\xac\xbf\xfd;\x98C\x18#\xc1 1x\x00"), uint64(3))
	head := compress(f, 6, gzip.Header{})[:10]
	f.Fuzz(func(t *testing.T, bits []byte, seed uint64) {
		in := head + string(bits)
		got := play(t, in)
		if diff := cmp.Diff(got, play(t, split.Drawn(in, seed)...)); diff != "" {
			t.Fatalf("split (-whole +split):\n%s", diff)
		}
		compare(t, got, []byte(in))
	})
}

const broken = "broken"

// compare holds an outcome against compress/gzip's. Of a stream that is cut that waits for more before it judges: for all of a
// header and a trailer, and for as many bits as the end of a block has before it takes any symbol. So what was read or found
// broken here must be what it reads or finds broken once there is more, whatever that is.
func compare(t *testing.T, got outcome, in []byte) {
	t.Helper()
	if got.End != "clean" && got.End != "cut" {
		got.End = broken
	}
	want := reference(in)
	if want.End != "cut" || got.End == "clean" {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-reference +got:\n%s", diff)
		}
		return
	}
	if !strings.HasPrefix(got.Content, want.Content) {
		t.Fatalf("%d bytes, which do not begin with the %d of the reference", len(got.Content), len(want.Content))
	}
	for _, more := range []byte{0x00, 0xff} {
		later := reference(append(bytes.Clone(in), bytes.Repeat([]byte{more}, 64)...))
		if !strings.HasPrefix(later.Content, got.Content) || got.End == broken && later.End != broken {
			t.Fatalf("%s after %d bytes; with more bytes %#x the reference is %s after %d", got.End, len(got.Content), more, later.End, len(later.Content))
		}
	}
}

// reference reads a stream with compress/gzip.
func reference(in []byte) (o outcome) {
	if len(in) == 0 {
		return outcome{End: "clean"} // for which compress/gzip has the error io.EOF, as net/http passes it on
	}
	r, err := gzip.NewReader(bytes.NewReader(in))
	var content []byte
	if err == nil {
		content, err = io.ReadAll(r)
	}
	o = outcome{Content: string(content), End: "clean"}
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		o.End = "cut"
	case err != nil:
		o.End = broken
	}
	return o
}

// BenchmarkFeed is one event a read, as a lane with a window per client sends it.
func BenchmarkFeed(b *testing.B) {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	random := rand.New(rand.NewPCG(1, 1))
	var reads [][]byte
	for range 1000 {
		_, _ = w.Write(mixture(random, 150))
		_ = w.Flush()
		reads = append(reads, bytes.Clone(compressed.Bytes()))
		compressed.Reset()
	}
	b.SetBytes(150)
	b.ReportAllocs()
	var r Reader
	for i := 0; b.Loop(); i++ {
		if i%len(reads) == 0 {
			r = Reader{}
		}
		if err := r.Feed(reads[i%len(reads)], func([]byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
