package post

import (
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// BenchmarkFeed is the steady state of a client that sends: a message and its answer.
func BenchmarkFeed(b *testing.B) {
	d := New()
	d.Open(target(), wire.Live)
	got := 0
	emit := func([]byte) { got++ }
	answer := []byte(done)
	if _, err := d.Feed(answer, emit); err != nil {
		b.Fatal(err)
	}
	message := wire.Uplink{Client: 7, Number: 1}.Message(128)
	b.ReportAllocs()
	for b.Loop() {
		d.Uplink(message)
		if _, err := d.Feed(answer, emit); err != nil {
			b.Fatal(err)
		}
	}
	if got < b.N {
		b.Fatalf("%d answers, want at least %d", got, b.N)
	}
}
