package ndjson_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/pushbench/pushbench/clients/ndjson"
	"github.com/pushbench/pushbench/internal/wire"
)

// BenchmarkFeed is the steady state of a fleet: one line per read, and many; op is one message.
func BenchmarkFeed(b *testing.B) {
	message := line(123456, string(wire.Payload(wire.Stamp{Seq: 1, Intended: 1}, 128)))
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", len(message), message)
	for _, c := range []struct {
		name  string
		lines int
	}{{"1", 1}, {"64", 64}} {
		b.Run(c.name, func(b *testing.B) {
			d := ndjson.New()
			got := 0
			emit := func([]byte) { got++ }
			if _, err := d.Feed([]byte(head+"Transfer-Encoding: chunked\r\n\r\n"), emit); err != nil {
				b.Fatal(err)
			}
			read := bytes.Repeat(chunk, c.lines)
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += c.lines {
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
