package tcp_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/wire"
)

// BenchmarkFeed is the steady state of a fleet: one frame per read, and many; op is one message.
func BenchmarkFeed(b *testing.B) {
	payload := wire.Payload(wire.Stamp{Seq: 1, Intended: 1}, 128)
	frame := append(binary.BigEndian.AppendUint32(nil, uint32(len(payload))), payload...)
	for _, c := range []struct {
		name   string
		frames int
	}{{"1", 1}, {"64", 64}} {
		b.Run(c.name, func(b *testing.B) {
			d := tcp.New()
			got := 0
			emit := func([]byte) { got++ }
			read := bytes.Repeat(frame, c.frames)
			b.ReportAllocs()
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
