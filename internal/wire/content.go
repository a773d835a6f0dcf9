package wire

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// What a message can carry behind its stamp.
const (
	PayloadText   = "text"   // dots: the cheapest to make, and compresses to next to nothing
	PayloadJSON   = "json"   // records as an API sends them, on one line: compresses as those do
	PayloadRandom = "random" // base64url digits, 6 bits in 8: text that no compressor gets below three quarters
	PayloadBinary = "binary" // bytes of all values: no text
	PayloadLines  = "lines"  // text with every kind of line break, one of them at its end: for checks, as SSE turns each into LF
)

// Content is the content of a broadcast's messages. Seed and sequence number decide each byte of it, so that whoever knows
// them knows what should have arrived.
type Content struct {
	Payload string `json:"payload"` // empty: PayloadText
	Size    int    `json:"size"`    // of a message in bytes, stamp included
	Seed    uint64 `json:"seed"`
	Mark    Mark   `json:"mark,omitempty"` // of their stamps
}

// Check is the error of a content; nil: none.
func (c Content) Check() error {
	kinds := []string{PayloadText, PayloadJSON, PayloadRandom, PayloadBinary, PayloadLines}
	switch {
	case c.Payload != "" && !slices.Contains(kinds, c.Payload):
		return fmt.Errorf("payload %q is none of %s", c.Payload, strings.Join(kinds, ", "))
	case c.Size < StampSize || c.Size > MaxSize:
		return fmt.Errorf("size %d is not in [%d, %d] bytes", c.Size, StampSize, MaxSize)
	default:
		return nil
	}
}

// Binary reports whether the messages are no text: transports that carry text only must encode them.
func (c Content) Binary() bool { return c.Payload == PayloadBinary }

// Message returns the message with this stamp, which gets the content's mark.
func (c Content) Message(s Stamp) []byte {
	s.Mark = c.Mark
	p := Payload(s, c.Size)
	rest := p[StampSize:]
	random := rand.NewPCG(c.Seed, s.Seq)
	switch c.Payload {
	case PayloadJSON:
		fillJSON(rest, random)
	case PayloadLines:
		fillLines(rest)
	case PayloadRandom:
		for word := uint64(0); len(rest) > 0; word >>= 6 {
			if i := c.Size - len(rest); (i-StampSize)%10 == 0 { // ten digits a word
				word = random.Uint64()
			}
			rest[0] = alphabet[word&63]
			rest = rest[1:]
		}
	case PayloadBinary:
		for ; len(rest) >= 8; rest = rest[8:] {
			binary.LittleEndian.PutUint64(rest, random.Uint64())
		}
		for i := range rest {
			rest[i] = byte(random.Uint64())
		}
	}
	return p
}

// fillLines fills dst with lines, some of them empty. Its last byte ends one.
func fillLines(dst []byte) {
	const lines = "LF\nCR\rCRLF\r\n\nbehind an empty line\r"
	for i := range dst {
		dst[i] = lines[i%len(lines)]
	}
	if len(dst) > 0 {
		dst[len(dst)-1] = '\n'
	}
}
