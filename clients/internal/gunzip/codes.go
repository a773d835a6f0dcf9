package gunzip

// codes are those of a block that brings its own (section 3.2.7), and what is known of them while they come.
type codes struct {
	literals, distances, lengths int // how many there are of each
	at                           int // how many of those under way have come
	of                           [literals + distances]uint8
	literal, distance            code // the first also as the code of the lengths, which come before it is made
}

// codesHead takes how many code lengths there will be.
func (f *inflater) codesHead() error {
	v, ok := f.bits.take(14)
	if !ok {
		return errStarved
	}
	if f.codes == nil {
		f.codes = &codes{}
	}
	c := f.codes
	c.literals, c.distances, c.lengths = 257+int(v&31), 1+int(v>>5&31), 4+int(v>>10)
	if c.literals > literals || c.distances > distances {
		return errData
	}
	c.at, c.of = 0, [literals + distances]uint8{}
	f.step = codeLengths
	return nil
}

// codeLengths takes the lengths of the code in which the lengths of the others are.
func (f *inflater) codeLengths() error {
	order := [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
	c := f.codes
	for ; c.at < c.lengths; c.at++ {
		v, ok := f.bits.take(3)
		if !ok {
			return errStarved
		}
		c.of[order[c.at]] = uint8(v) //nolint:gosec // three bits
	}
	if !c.literal.set(c.of[:len(order)]) {
		return errData
	}
	c.at, c.of = 0, [literals + distances]uint8{}
	f.step = symbolLengths
	return nil
}

// symbolLengths takes the lengths of both codes, which stand in one list.
func (f *inflater) symbolLengths() error {
	c := f.codes
	for all := c.literals + c.distances; c.at < all; {
		f.bits.refill()
		acc, n := f.bits.acc, f.bits.n
		length, again, err := c.next(&f.bits)
		if err == errStarved { //nolint:errorlint // made here, never wrapped
			f.bits.acc, f.bits.n = acc, n
		}
		if err != nil {
			return err
		}
		if c.at+again > all {
			return errData
		}
		for range again {
			c.of[c.at] = length
			c.at++
		}
	}
	if !c.distance.set(c.of[c.literals:c.literals+c.distances]) || !c.literal.set(c.of[:c.literals]) {
		return errData
	}
	f.literal, f.distance, f.step = &c.literal, &c.distance, blockSymbols
	return nil
}

// next takes a length and how often it stands in the list.
func (c *codes) next(b *bits) (length uint8, again int, err error) {
	symbol, err := c.literal.symbol(b)
	if err != nil {
		return 0, 0, err
	}
	width, least := uint(0), 1
	switch symbol {
	case 16:
		if c.at == 0 {
			return 0, 0, errData
		}
		length, width, least = c.of[c.at-1], 2, 3
	case 17:
		width, least = 3, 3
	case 18:
		width, least = 7, 11
	default:
		length = uint8(symbol) //nolint:gosec // below 16
	}
	v, ok := b.take(width)
	if !ok {
		return 0, 0, errStarved
	}
	return length, least + int(v), nil
}
