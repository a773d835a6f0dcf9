// Package split cuts a stream the way sockets do: anywhere. The tests of the decoders share it, because what they all
// promise is that the outcome does not depend on the cuts.
package split

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Everywhere plays the input whole, in two parts cut at every place, and byte by byte, and returns the outcome, which
// must be the same for all.
func Everywhere[Outcome any](t testing.TB, input string, play func(parts ...string) Outcome) Outcome {
	t.Helper()
	whole := play(input)
	for i := range len(input) + 1 {
		if diff := cmp.Diff(whole, play(input[:i], input[i:])); diff != "" {
			t.Fatalf("cut at %d (-whole +cut):\n%s", i, diff)
		}
	}
	if diff := cmp.Diff(whole, play(Bytes(input)...)); diff != "" {
		t.Fatalf("byte by byte (-whole +bytes):\n%s", diff)
	}
	return whole
}

// Bytes cuts between all bytes, also those of one character.
func Bytes(input string) (parts []string) {
	for i := range len(input) {
		parts = append(parts, input[i:i+1])
	}
	return parts
}

// Drawn cuts at places drawn from the seed; the parts are short, as the inputs of a fuzzer are.
func Drawn(input string, seed uint64) (parts []string) {
	r := rand.New(rand.NewPCG(seed, 0))
	for input != "" {
		n := 1 + r.IntN(min(len(input), 1+r.IntN(40)))
		parts, input = append(parts, input[:n]), input[n:]
	}
	return parts
}
