package wire

import (
	"math/rand/v2"
	"strconv"
)

// longestRecord is what appendRecord appends at most, in bytes.
const longestRecord = 94

// fillJSON fills dst with one JSON value of exactly that length, on one line: a list of trades, the last with a note that
// takes what is left. Names repeat and figures do not, as in what an API sends. Where there is no room for a list it is an
// object with the note alone, or a number.
func fillJSON(dst []byte, random *rand.PCG) {
	const (
		noteOnly, noteOnlyEnd = `{"note":"`, `"}`
		note, end             = `,"note":"`, `"}]`
		last                  = longestRecord + len(note) + len(end)
	)
	switch {
	case len(dst) >= len("[")+last:
		b := dst[:0]
		b = append(b, '[')
		for len(dst)-len(b) >= longestRecord+len("},")+last {
			b = append(appendRecord(b, random), "},"...)
		}
		b = append(appendRecord(b, random), note...)
		fillNote(dst[len(b):len(dst)-len(end)], random)
		copy(dst[len(dst)-len(end):], end)
	case len(dst) >= len(noteOnly)+len(noteOnlyEnd):
		copy(dst, noteOnly)
		fillNote(dst[len(noteOnly):len(dst)-len(noteOnlyEnd)], random)
		copy(dst[len(dst)-len(noteOnlyEnd):], noteOnlyEnd)
	default:
		for i := range dst {
			dst[i] = '1' + byte(below(random, 9)) //nolint:gosec // below 9
		}
	}
}

// below is a number in [0, n). That it favours the small by less than one in 2^32 is no matter here.
func below(random *rand.PCG, n uint64) uint64 { return random.Uint64() >> 32 * n >> 32 }

// appendRecord appends a trade without its last brace.
func appendRecord(b []byte, random *rand.PCG) []byte {
	symbols := [...]string{"ACME", "GLOBEX", "INITECH", "UMBRELLA", "HOOLI", "STARK", "WAYNE", "TYRELL"}
	sides := [...]string{"buy", "sell"}
	b = append(b, `{"id":`...)
	b = strconv.AppendUint(b, 10_000_000+below(random, 90_000_000), 10)
	b = append(b, `,"type":"trade","symbol":"`...)
	b = append(b, symbols[below(random, uint64(len(symbols)))]...)
	b = append(b, `","side":"`...)
	b = append(b, sides[below(random, uint64(len(sides)))]...)
	b = append(b, `","price":`...)
	b = strconv.AppendUint(b, 1+below(random, 999), 10)
	b = append(b, '.')
	b = strconv.AppendUint(b, 10+below(random, 90), 10)
	b = append(b, `,"quantity":`...)
	return strconv.AppendUint(b, 100*(1+below(random, 50)), 10)
}

// fillNote fills dst with words.
func fillNote(dst []byte, random *rand.PCG) {
	words := [...]string{
		"order ", "filled ", "partially ", "at ", "market ", "limit ", "price ", "confirmed ", "by ", "the ", "exchange ",
		"for ", "client ", "account ", "pending ", "settlement ",
	}
	for len(dst) > 0 {
		dst = dst[copy(dst, words[below(random, uint64(len(words)))]):]
	}
}
