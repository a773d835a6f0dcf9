package gunzip

// ranges are how symbols stand for numbers (section 3.2.5): the first of each symbol, and how many extra bits say which.
type ranges struct {
	first [distances]uint16
	extra [distances]uint8
}

//nolint:gochecknoglobals // constant tables
var (
	lengthRanges = ranges{
		[distances]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258},
		[distances]uint8{8: 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5},
	}
	distanceRanges = ranges{
		[distances]uint16{
			1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
			4097, 6145, 8193, 12289, 16385, 24577,
		},
		[distances]uint8{4: 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13},
	}
)

const lengthSymbols = literals - endOfBlock - 1

// match takes what follows the symbol of a length: its extra bits, and a distance.
func (f *inflater) match(symbol int) (length, distance int, err error) {
	if symbol >= lengthSymbols {
		return 0, 0, errData
	}
	if length, err = lengthRanges.number(symbol, &f.bits); err != nil {
		return 0, 0, err
	}
	if symbol, err = f.distance.symbol(&f.bits); err != nil {
		return 0, 0, err
	}
	if symbol >= distances {
		return 0, 0, errData
	}
	distance, err = distanceRanges.number(symbol, &f.bits)
	return length, distance, err
}

func (r *ranges) number(symbol int, b *bits) (int, error) {
	v, ok := b.take(uint(r.extra[symbol]))
	if !ok {
		return 0, errStarved
	}
	return int(r.first[symbol]) + int(v), nil
}
