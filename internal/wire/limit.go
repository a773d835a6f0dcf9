package wire

import "fmt"

// Limit is how many bytes a client holds of one message at most; 0 is MostLimit.
type Limit int32

// Bounds of a limit.
const (
	LeastLimit = 64 << 10
	MostLimit  = 3 << 20
)

// LimitFor is the limit where the largest payload has the given size: base64 makes
// a third more of it, and the escapes of JSON twice as much; the rest is for what a server puts around it.
func LimitFor(size int) Limit {
	const around = 4 << 10
	return Limit(min(max(3*size+around, LeastLimit), MostLimit)) //nolint:gosec // it fits
}

// Bytes is the limit as a length.
func (l Limit) Bytes() int {
	if l == 0 {
		return MostLimit
	}
	return int(l)
}

// OverLimit is the error of data longer than the limit of its target, with what raises that.
func OverLimit(what string, limit int) string {
	return fmt.Sprintf("%s is over the limit of %d bytes: a larger size in the scenario raises it", what, limit)
}
