package sse

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/servers/hub"
)

// The checksum over pieces is that over all of them.
func TestChecksumOfPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var all []byte
		var sum checksum
		for range random.IntN(6) {
			piece := make([]byte, random.IntN(1<<random.IntN(17)))
			for i := range piece {
				piece[i] = byte(random.Uint32())
			}
			p := newPart(piece)
			sum.add(&p)
			all = append(all, piece...)
		}
		if want := (checksum{crc32.ChecksumIEEE(all), uint32(len(all))}); sum != want {
			t.Fatalf("%+v over %d bytes, want %+v", sum, len(all), want)
		}
	}
}

// The blocks of a message stand for it whatever is before them: alone, and in any order.
func TestPiecesReferToNothingBefore(t *testing.T) {
	var stream, want bytes.Buffer
	var pieces []*piece
	for seq := range uint64(8) {
		m := hub.Message{Seq: seq, Data: []byte(strings.Repeat("the same words over and over ", int(seq*seq)*10))}
		p := EncodePiece(m).(*piece)
		alone, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(p.blocks), strings.NewReader("\x01\x00\x00\xff\xff"))))
		if err != nil || !bytes.Equal(alone, event(m)) {
			t.Fatalf("message %d alone: %v, %d bytes of %d", seq, err, len(alone), len(event(m)))
		}
		pieces = append(pieces, p)
	}
	for _, i := range []int{3, 1, 7, 7, 0, 2} {
		stream.Write(pieces[i].blocks)
		want.Write(pieces[i].plain)
	}
	got, err := io.ReadAll(flate.NewReader(io.MultiReader(&stream, strings.NewReader("\x01\x00\x00\xff\xff"))))
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("in another order: %v, %d bytes, want %d", err, len(got), want.Len())
	}
}

func TestWhoGetsGzip(t *testing.T) {
	for offer, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.000": false, "gzip; q=1": true,
		"deflate": false, "xgzip": false, "*": false, "br;q=1.0,gzip": true,
	} {
		answer := http.Header{}
		if got := acceptsGzip(answer, http.Header{"Accept-Encoding": {offer}}); got != want || (answer.Get("Content-Encoding") == "gzip") != want {
			t.Errorf("%q: %v, with the header %v", offer, got, answer)
		}
		if answer.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v does not say on what the answer depends", offer, answer)
		}
	}
	if !acceptsGzip(http.Header{}, http.Header{"Accept-Encoding": {"br", "gzip"}}) {
		t.Error("an offer on a second line is not seen")
	}
}

// What a row states of a gzip writer is what one holds.
func TestSizeOfAGzipWriter(t *testing.T) {
	const n = 20
	inUse := func() uint64 {
		runtime.GC()
		runtime.GC() // twice empties pools
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := inUse()
	var writers []*gzip.Writer
	for range n {
		w, err := gzip.NewWriterLevel(io.Discard, GzipLevel)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(event(hub.Message{Seq: 1, Data: make([]byte, 128)}))
		_ = w.Flush()
		writers = append(writers, w)
	}
	got := float64(inUse()-before) / n / 1024
	runtime.KeepAlive(writers)
	if got < 0.95*GzipWriterSize || got > 1.05*GzipWriterSize {
		t.Errorf("a writer holds %.0f KiB, and the row says %d", got, GzipWriterSize)
	}
}

// BenchmarkChecksum is what a client of the shared lane costs for its own trailer, compared with going over the content.
func BenchmarkChecksum(b *testing.B) {
	for _, size := range []int{150, 1 << 10, 64 << 10} {
		content := make([]byte, size)
		p := newPart(content)
		b.Run(fmt.Sprintf("tables/%d", size), func(b *testing.B) {
			var sum checksum
			for b.Loop() {
				sum.add(&p)
			}
		})
		b.Run(fmt.Sprintf("content/%d", size), func(b *testing.B) {
			crc := uint32(0)
			for b.Loop() {
				crc = crc32.Update(crc, crc32.IEEETable, content)
			}
		})
	}
}
