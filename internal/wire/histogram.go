package wire

import (
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Bounds of every histogram: 0 to 5 minutes, in ns, at three significant digits (about 250 kB while recording).
const (
	highestNanos      = int64(5 * 60 * 1e9)
	significantDigits = 3
)

// Histogram is an HDR histogram in the interchange format of its family (V2, compressed, base64), in ns.
type Histogram string

// NewHistogram returns an empty recorder. Values outside its bounds are clamped by Record, never dropped.
func NewHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, highestNanos, significantDigits)
}

// Record adds one value in ns. Values outside the bounds count as the nearer bound: an odd sample is
// never dropped.
func Record(h *hdrhistogram.Histogram, nanos int64) { RecordMany(h, nanos, 1) }

// RecordMany adds a value n times.
func RecordMany(h *hdrhistogram.Histogram, nanos, n int64) {
	// The value is inside the bounds, so the only error RecordValues knows cannot occur.
	_ = h.RecordValues(min(max(nanos, 0), highestNanos), n)
}

// EncodeHistogram returns h for a message or a file.
func EncodeHistogram(h *hdrhistogram.Histogram) (Histogram, error) {
	b, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "", fmt.Errorf("encode histogram: %w", err)
	}
	return Histogram(b), nil
}

// Decode returns the recorder behind an encoded histogram; the empty string is an empty one.
func (h Histogram) Decode() (*hdrhistogram.Histogram, error) {
	if h == "" {
		return NewHistogram(), nil
	}
	d, err := hdrhistogram.Decode([]byte(h))
	if err != nil {
		return nil, fmt.Errorf("decode histogram: %w", err)
	}
	return d, nil
}

// MergeHistograms adds up two encoded histograms.
func MergeHistograms(a, b Histogram) (Histogram, error) {
	if a == "" {
		return b, nil
	}
	into, err := a.Decode()
	if err != nil {
		return "", err
	}
	from, err := b.Decode()
	if err != nil {
		return "", err
	}
	into.Merge(from) // equal bounds: nothing is dropped
	return EncodeHistogram(into)
}
