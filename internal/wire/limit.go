package wire

import "fmt"

// Bounds of a target's limit, in bytes.
const (
	LeastLimit = 64 << 10
	MostLimit  = 3 << 20
)

// LimitFor is what a client holds of one message at most, in bytes, where the largest payload has the given size: base64 makes
// a third more of it, and the escapes of JSON twice as much; the rest is for what a server puts around it.
func LimitFor(size int) int {
	const around = 4 << 10
	return min(max(3*size+around, LeastLimit), MostLimit)
}

// OverLimit is the error of data longer than the limit of its target, with what raises that.
func OverLimit(what string, limit int) string {
	return fmt.Sprintf("%s is over the limit of %d bytes: a larger size in the scenario raises it", what, limit)
}
