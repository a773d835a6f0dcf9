package poll

import (
	"fmt"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// BenchmarkFeed is the steady state of a fleet: an answer with one message, and the next request; op is one message.
func BenchmarkFeed(b *testing.B) {
	d := Long()
	d.Open(target(0), 0)
	line := fmt.Sprintf("{\"seq\":123456,\"data\":%q}\n", wire.Payload(wire.Stamp{Seq: 1, Intended: 1}, 128))
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n%s", len(line), line)
	got := 0
	emit := func([]byte) { got++ }
	b.ReportAllocs()
	for b.Loop() {
		if reply, err := d.Feed(answer, emit); err != nil || reply == nil {
			b.Fatal(reply, err)
		}
	}
	if got < b.N {
		b.Fatalf("%d messages, want at least %d", got, b.N)
	}
}
