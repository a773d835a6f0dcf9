package gunzip

import (
	mathbits "math/bits"
	"sync"
)

const (
	longest  = 15 // bits of a code
	fastBits = 9  // of codes that are looked up; nearly all are

	literals   = 286 // symbols for bytes, the end of a block and lengths
	distances  = 30
	endOfBlock = 256
)

// code is a canonical Huffman code (RFC 1951, section 3.2.2).
type code struct {
	fast    [1 << fastBits]uint16 // by the next bits: symbol<<4 | length of its code; 0: a longer code, or none
	counts  [longest + 1]uint16   // codes of each length
	symbols [literals + 2]uint16  // in the order of their codes
	most    uint                  // bits of the longest
}

// set makes the code with these lengths, 0 for a symbol that does not occur. It is false when there is none: when some bits
// would mean two symbols, or none, but for a code of one symbol or of no symbol, which other decompressors accept as well.
func (c *code) set(lengths []uint8) bool {
	*c = code{}
	for _, n := range lengths {
		c.counts[n]++
	}
	used := len(lengths) - int(c.counts[0])
	c.counts[0] = 0
	free := 1 // of the codes of a length, those that do not begin with a shorter one
	var first, at [longest + 1]uint16
	next, index := uint16(0), uint16(0)
	for n := 1; n <= longest; n++ {
		free = free<<1 - int(c.counts[n])
		if free < 0 {
			return false
		}
		next <<= 1
		first[n], at[n] = next, index
		next += c.counts[n]
		index += c.counts[n]
		if c.counts[n] > 0 {
			c.most = uint(n) //nolint:gosec // at most 15
		}
	}
	if free > 0 && used > 0 && (used > 1 || c.counts[1] != 1) {
		return false
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		c.symbols[at[n]] = uint16(symbol) //nolint:gosec // below 288
		at[n]++
		if n <= fastBits {
			// Codes stand in the stream with their highest bit first.
			reversed := int(mathbits.Reverse16(first[n]) >> (16 - n))
			for i := reversed; i < len(c.fast); i += 1 << n {
				c.fast[i] = uint16(symbol)<<4 | uint16(n) //nolint:gosec // below 288
			}
		}
		first[n]++
	}
	return true
}

// symbol takes the next symbol.
func (c *code) symbol(b *bits) (int, error) {
	if e := c.fast[b.acc&(1<<fastBits-1)]; e != 0 && uint(e&15) <= b.n {
		b.drop(uint(e & 15))
		return int(e >> 4), nil
	}
	word, first, index := 0, 0, 0
	for n := uint(1); n <= c.most; n++ {
		if n > b.n {
			return 0, errStarved
		}
		word |= int(b.acc>>(n-1)) & 1
		count := int(c.counts[n])
		if word-first < count {
			b.drop(n)
			return int(c.symbols[index+word-first]), nil
		}
		index += count
		first = (first + count) << 1
		word <<= 1
	}
	return 0, errData
}

// fixedCodes are those of section 3.2.6.
var fixedCodes = sync.OnceValues(func() (literal, distance *code) { //nolint:gochecknoglobals // constant tables
	var lengths [literals + 2]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	var fives [distances + 2]uint8
	for i := range fives {
		fives[i] = 5
	}
	literal, distance = &code{}, &code{}
	literal.set(lengths[:])
	distance.set(fives[:])
	return literal, distance
})
