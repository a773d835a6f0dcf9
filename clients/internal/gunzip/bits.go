package gunzip

// bits reads a stream of bits, the lowest of each byte first (RFC 1951, section 3.1.1). What is here and not yet taken, 63
// bits at most, stays from one input to the next.
type bits struct {
	acc uint64 // the next bits, lowest first
	n   uint   // how many; those above are zero
	in  []byte // behind them
}

// refill brings in what there is room for: more than 48 bits if the input has them, which is what the longest symbol takes.
func (b *bits) refill() {
	for b.n <= 56 && len(b.in) > 0 {
		b.acc |= uint64(b.in[0]) << b.n
		b.n += 8
		b.in = b.in[1:]
	}
}

// take returns the next n bits, 32 at most; false, and nothing is taken, when they are not all here.
func (b *bits) take(n uint) (v uint32, ok bool) {
	if b.n < n {
		b.refill()
		if b.n < n {
			return 0, false
		}
	}
	v = uint32(b.acc & (1<<n - 1)) //nolint:gosec // at most 32 bits
	b.drop(n)
	return v, true
}

func (b *bits) drop(n uint) {
	b.acc >>= n
	b.n -= n
}

// align drops what is left of a byte that has been begun.
func (b *bits) align() { b.drop(b.n % 8) }
