package fleet

import (
	"net"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// What arrives is held against what was published: every length, and the bytes of one message in sixteen.
func TestMessagesAreCompared(t *testing.T) {
	content := wire.Content{Payload: wire.PayloadBinary, Size: 300, Seed: 7}
	const unchecked, messages = 5, 160
	for _, c := range []struct {
		name              string
		spoil             func(seq uint64, p []byte) []byte
		compared, changed uint64
	}{
		{"as published", func(_ uint64, p []byte) []byte { return p }, messages / oneIn, 0},
		{"the last byte of one that is looked at", func(seq uint64, p []byte) []byte {
			if seq == 32 {
				p[len(p)-1] ^= 1
			}
			return p
		}, messages / oneIn, 1},
		{"one that is too short", func(seq uint64, p []byte) []byte {
			if seq == 33 {
				return p[:len(p)-1]
			}
			return p
		}, messages/oneIn + 1, 1},
		{"before the broadcast", func(seq uint64, p []byte) []byte {
			if seq <= unchecked {
				return p[:20]
			}
			return p
		}, messages / oneIn, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := scripted(t, func(_ int, conn net.Conn) {
				_, _ = conn.Write(greeting(0))
				for seq := uint64(1); seq <= messages; seq++ {
					p := content.Message(wire.Stamp{Seq: seq, Intended: wire.Now()})
					_, _ = conn.Write(frame(c.spoil(seq, p)))
				}
				hold(conn)
			})
			f := newFleet(t, Options{Engine: Auto, Reader: Eager})
			if err := f.Expect(t.Context(), wire.Expect{After: unchecked, Content: content}); err != nil {
				t.Fatal(err)
			}
			ramp := wire.Ramp{Targets: []wire.Target{target}, Connections: 1, PerSecond: 100, Agents: 1}
			if err := f.Ramp(t.Context(), ramp); err != nil {
				t.Fatal(err)
			}
			r := collect(t, f, wire.Collect{Through: messages})
			if r.Received != messages || r.Compared != c.compared || r.Changed != c.changed {
				t.Errorf("%d received, %d compared, %d changed; want %d, %d, %d", r.Received, r.Compared, r.Changed, messages, c.compared, c.changed)
			}
		})
	}
}

func TestAnExpectationThatIsNone(t *testing.T) {
	f := newFleet(t, Options{Engine: Goroutines, Reader: Eager})
	if err := f.Expect(t.Context(), wire.Expect{Content: wire.Content{Payload: "xml", Size: 64}}); err == nil {
		t.Error("no error")
	}
}
