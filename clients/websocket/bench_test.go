package websocket_test

import (
	"bytes"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// BenchmarkFeed is the steady state of a fleet: one frame per read, and many; op is one message.
func BenchmarkFeed(b *testing.B) {
	payload := string(wire.Payload(wire.Stamp{Seq: 1, Intended: 1}, 128))
	for _, c := range []struct {
		name   string
		first  byte
		frames int
	}{{"binary/1", 0x82, 1}, {"binary/64", 0x82, 64}, {"text/1", 0x81, 1}, {"text/64", 0x81, 64}} {
		b.Run(c.name, func(b *testing.B) {
			d := opened(b, 0)
			got := 0
			emit := func([]byte) { got++ }
			read := bytes.Repeat([]byte(frame(c.first, payload)), c.frames)
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += c.frames {
				if _, err := d.Feed(read, emit); err != nil {
					b.Fatal(err)
				}
			}
			if got < b.N {
				b.Fatalf("%d messages, want at least %d", got, b.N)
			}
		})
	}
}
