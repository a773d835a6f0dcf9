package gunzip

import "errors"

var (
	errStarved = errors.New("gzip: the input is used up")
	errData    = errors.New("gzip: the compressed data is corrupt")
)

// inflater undoes DEFLATE (RFC 1951).
type inflater struct {
	bits   bits
	window window

	step              step
	final             bool // the block under way is the last
	left              int  // bytes of a stored block to come
	literal, distance *code
	codes             *codes // of blocks that bring their own; nil before the first
}

// step is what comes next.
type step uint8

const (
	blockHead step = iota
	storedHead
	storedBytes
	codesHead
	codeLengths
	symbolLengths
	blockSymbols
)

// inflate goes on until the last block has ended, or the input with errStarved.
func (f *inflater) inflate(emit func(piece []byte) error) (err error) {
	for ended := false; ; ended = false {
		switch f.step {
		case blockHead:
			err = f.head()
		case storedHead:
			err = f.storedHead()
		case storedBytes:
			ended, err = f.stored(emit)
		case codesHead:
			err = f.codesHead()
		case codeLengths:
			err = f.codeLengths()
		case symbolLengths:
			err = f.symbolLengths()
		case blockSymbols:
			ended, err = f.symbols(emit)
		}
		if err != nil {
			return err
		}
		if ended {
			f.step = blockHead
			if f.final {
				return nil
			}
		}
	}
}

// head takes the three bits every block begins with (section 3.2.3).
func (f *inflater) head() error {
	v, ok := f.bits.take(3)
	if !ok {
		return errStarved
	}
	f.final = v&1 != 0
	switch v >> 1 {
	case 0:
		f.bits.align()
		f.step = storedHead
	case 1:
		f.literal, f.distance = fixedCodes()
		f.step = blockSymbols
	case 2:
		f.step = codesHead
	default:
		return errData
	}
	return nil
}

// storedHead takes the length of a stored block and its complement (section 3.2.4).
func (f *inflater) storedHead() error {
	v, ok := f.bits.take(32)
	if !ok {
		return errStarved
	}
	if v&0xffff != ^v>>16 {
		return errData
	}
	f.left, f.step = int(v&0xffff), storedBytes
	return nil
}

// stored copies the bytes of a stored block.
func (f *inflater) stored(emit func(piece []byte) error) (ended bool, err error) {
	for f.left > 0 {
		room, err := f.window.room(emit)
		if err != nil {
			return false, err
		}
		n := min(f.left, len(room))
		if f.bits.n > 0 { // whole bytes: the head was aligned
			room[0] = byte(f.bits.acc)
			f.bits.drop(8)
			n = 1
		} else {
			n = copy(room[:n], f.bits.in)
			f.bits.in = f.bits.in[n:]
		}
		if n == 0 {
			return false, errStarved
		}
		f.window.at += n
		f.left -= n
	}
	return true, nil
}

// symbols takes those of a block. A symbol with all that belongs to it is taken whole or not at all.
func (f *inflater) symbols(emit func(piece []byte) error) (ended bool, err error) {
	for {
		f.bits.refill()
		acc, n := f.bits.acc, f.bits.n
		symbol, err := f.literal.symbol(&f.bits)
		switch {
		case err != nil:
			return false, err
		case symbol == endOfBlock:
			return true, nil
		case symbol < endOfBlock:
			room, err := f.window.room(emit)
			if err != nil {
				return false, err
			}
			room[0] = byte(symbol)
			f.window.at++
			continue
		}
		length, distance, err := f.match(symbol - endOfBlock - 1)
		if err == errStarved { //nolint:errorlint // made here, never wrapped
			f.bits.acc, f.bits.n = acc, n
		}
		if err != nil {
			return false, err
		}
		if distance > f.window.reach() {
			return false, errData
		}
		if err := f.window.repeat(distance, length, emit); err != nil {
			return false, err
		}
	}
}
