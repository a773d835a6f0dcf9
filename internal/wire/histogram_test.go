package wire

import (
	"testing"

	"pgregory.net/rapid"
)

func TestHistogramsMergeAfterTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(-5, 2*highestNanos), 1, 200).Draw(t, "values")
		split := rapid.IntRange(0, len(values)).Draw(t, "split")
		whole, merged := NewHistogram(), NewHistogram()
		for _, v := range values {
			Record(whole, v)
		}
		for _, part := range [][]int64{values[:split], values[split:]} {
			h := NewHistogram()
			for _, v := range part {
				Record(h, v)
			}
			encoded, err := EncodeHistogram(h)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := encoded.Decode()
			if err != nil {
				t.Fatal(err)
			}
			merged.Merge(decoded)
		}
		if !merged.Equals(whole) || merged.TotalCount() != int64(len(values)) {
			t.Fatalf("%d values in, %d out, equal: %v", len(values), merged.TotalCount(), merged.Equals(whole))
		}
	})
}
