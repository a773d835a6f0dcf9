package sse_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

// BenchmarkFeed is the steady state of a fleet: one event per read, and many; op is one message.
func BenchmarkFeed(b *testing.B) {
	payload := wire.Payload(wire.Stamp{Seq: 1, Intended: 1}, 128)
	event := fmt.Appendf(nil, "id: 123456\ndata: %s\n\n", payload)
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", len(event), event)
	heads := map[bool]string{
		true:  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
		false: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
	}
	for _, c := range []struct {
		name    string
		chunked bool
		read    []byte
		events  int
	}{
		{"chunked/1", true, chunk, 1},
		{"chunked/64", true, bytes.Repeat(chunk, 64), 64},
		{"close/1", false, event, 1},
		{"close/64", false, bytes.Repeat(event, 64), 64},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := sse.New()
			got := 0
			emit := func([]byte) { got++ }
			if _, err := d.Feed([]byte(heads[c.chunked]), emit); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += c.events {
				if _, err := d.Feed(c.read, emit); err != nil {
					b.Fatal(err)
				}
			}
			if got < b.N {
				b.Fatalf("%d messages, want at least %d", got, b.N)
			}
		})
	}
}
