package wire

import "math/rand/v2"

// StampSize is the length of a stamp in bytes, and so the smallest payload.
const StampSize = 16

const (
	intendedDigits = 10 // 60 bits of nanoseconds: 36 years of uptime
	seqDigits      = 4  // 24 bits: 16 million messages
	markDigits     = 2
	alphabet       = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// MaxSeq is the largest sequence number a stamp can carry.
const MaxSeq = 1<<(6*seqDigits) - 1

// Stamp opens every payload: which message it is and when it should have been sent. It is text (base64url digits), so
// that every transport carries the same bytes, SSE among them, unless what stands behind it is none.
type Stamp struct {
	Seq      uint64 // sequence number given by the hub, from 1
	Intended int64  // scheduled send time on Now's clock in ns; 0 marks a greeting
	Mark     Mark   // of the trial; a greeting has none
}

// Mark tells the stamps of one trial from those of another, and from whatever else a server may send. The zero value stands
// for none.
type Mark uint16

// NewMark returns a mark at random. Its digits are letters that no hexadecimal number, date or UUID has.
func NewMark() Mark {
	const letters = 40 // G to Z and g to z
	var m Mark
	for range markDigits {
		i := rand.N(Mark(letters)) + 'G'
		if i > 'Z' {
			i += 'g' - 'Z' - 1
		}
		m = m<<6 | Mark(digitOf[i])
	}
	return m
}

// Greeting reports whether the payload confirms a subscription instead of carrying a message; Seq is then the last
// message before the subscription begins.
func (s Stamp) Greeting() bool { return s.Intended == 0 }

// Payload returns a payload of size bytes: the stamp and padding, which is the content PayloadText. A size below StampSize gives the stamp alone.
func Payload(s Stamp, size int) []byte {
	p := make([]byte, max(size, StampSize))
	putDigits(p[:intendedDigits], uint64(s.Intended)) //nolint:gosec // the clock counts from boot and is never negative
	putDigits(p[intendedDigits:StampSize-markDigits], s.Seq)
	putDigits(p[StampSize-markDigits:StampSize], uint64(s.Mark))
	for i := StampSize; i < len(p); i++ {
		p[i] = '.'
	}
	return p
}

// ParseStamp reads the stamp of a payload; false means the payload does not begin with one.
func ParseStamp(payload []byte) (Stamp, bool) {
	if len(payload) < StampSize {
		return Stamp{}, false
	}
	intended, ok := digits(payload[:intendedDigits])
	seq, ok2 := digits(payload[intendedDigits : StampSize-markDigits])
	mark, ok3 := digits(payload[StampSize-markDigits : StampSize])
	return Stamp{Seq: seq, Intended: int64(intended), Mark: Mark(mark)}, ok && ok2 && ok3 //nolint:gosec // ten digits are 60 bits, two are 12
}

func putDigits(dst []byte, v uint64) {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = alphabet[v&63]
		v >>= 6
	}
}

func digits(src []byte) (v uint64, ok bool) {
	for _, c := range src {
		d := digitOf[c]
		if d > 63 {
			return 0, false
		}
		v = v<<6 | uint64(d)
	}
	return v, true
}

//nolint:gochecknoglobals // a constant table
var digitOf = func() (table [256]uint8) {
	for i := range table {
		table[i] = 0xff
	}
	for i := range len(alphabet) {
		table[alphabet[i]] = uint8(i)
	}
	return table
}()
