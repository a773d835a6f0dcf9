package calibration

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/servers/hub"
)

// collected keeps the numbers of what was sent.
type collected struct{ seqs []uint64 }

func (c *collected) Heartbeat() error { return nil }
func (c *collected) Send(batch []hub.Message) error {
	for _, m := range batch {
		c.seqs = append(c.seqs, m.Seq)
	}
	return nil
}

// However messages come in batches, exactly one delivery of a thousand is dropped, in order, and never a greeting.
func TestLossyDropsOneOfAThousand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Uint64Range(0, 500).Draw(t, "from")
		messages := DropEvery * rapid.IntRange(1, 20).Draw(t, "tens")
		wrap := Lossy()
		lost := 0
		for range DropOf {
			var c collected
			s := wrap(&c)
			greeting := from/10*10 + DropRest
			if err := s.Send([]hub.Message{{Seq: greeting}}); err != nil || len(c.seqs) != 1 {
				t.Fatalf("greeting %d: %d sent, %v", greeting, len(c.seqs), err)
			}
			c.seqs = nil
			for next := 0; next < messages; {
				batch := make([]hub.Message, rapid.IntRange(1, messages-next).Draw(t, "batch"))
				for i := range batch {
					next++
					batch[i].Seq = from + uint64(next)
				}
				if err := s.Send(batch); err != nil {
					t.Fatal(err)
				}
			}
			for i, seq := range c.seqs[1:] {
				if seq <= c.seqs[i] {
					t.Fatalf("%d behind %d", seq, c.seqs[i])
				}
			}
			lost += messages - len(c.seqs)
		}
		if want := DropOf * messages / (DropEvery * DropOf); lost != want {
			t.Fatalf("%d of %d deliveries dropped, want %d", lost, DropOf*messages, want)
		}
	})
}
