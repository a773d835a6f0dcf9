package wire

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzReadNumbered(f *testing.F) {
	f.Add(Numbered{Number: 7, Data: []byte("text")}.Encode())
	f.Add(Numbered{Number: 1 << 40, Binary: true, Data: []byte{0, 255}}.Encode())
	f.Add(append(make([]byte, 9), 0xff, 0xff, 0xff, 0xff)) // longer than any message
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0})   // neither text nor binary
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9})   // cut off
	f.Fuzz(func(t *testing.T, sent []byte) {
		m, err := ReadNumbered(bytes.NewReader(sent))
		if err == nil && !bytes.HasPrefix(sent, m.Encode()) {
			t.Errorf("%q was read as %+v", sent, m)
		}
		if err == nil && len(m.Data) > MaxSize {
			t.Errorf("%d bytes were read", len(m.Data))
		}
	})
}

func TestNumberedRoundTrip(t *testing.T) {
	var stream bytes.Buffer
	sent := []Numbered{{1, false, []byte("text")}, {5, true, []byte{0, 255}}, {6, false, []byte{}}}
	for _, m := range sent {
		stream.Write(m.Encode())
	}
	for _, want := range sent {
		got, err := ReadNumbered(&stream)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	}
}

func TestRangesOfNumbers(t *testing.T) {
	var r Ranges
	for _, n := range []uint64{3, 4, 5, 9, 11, 12} {
		r.Add(n)
	}
	if diff := cmp.Diff(Ranges{{3, 5}, {9, 9}, {11, 12}}, r); diff != "" {
		t.Error(diff)
	}
	if r.Count() != 6 || r.Has(2) || !r.Has(3) || !r.Has(5) || r.Has(6) || !r.Has(9) || r.Has(10) || !r.Has(12) {
		t.Errorf("%d numbers in %v", r.Count(), r)
	}
}
