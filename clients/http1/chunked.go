package http1

import "io"

// frame takes one byte of chunked framing (RFC 9112 section 7.1). Lines end with CRLF and nothing less: a bare LF is for
// heads only, as net/http has it. The error is io.EOF behind the trailer.
func (b *Body) frame(c byte) error {
	switch b.state {
	case chunkSize:
		if digit := hex(c); digit < 16 && b.line < maxDigits {
			b.left = b.left<<4 | uint64(digit)
			b.line++
			return nil
		}
		if b.line == 0 {
			return b.fail(errChunkSize)
		}
		return b.afterSize(c)
	case chunkSpace:
		return b.afterSize(c)
	case chunkExtension:
		return b.extension(c)
	case chunkSizeLF:
		if c != '\n' {
			return b.fail(errChunkSize)
		}
		b.line = 0
		b.state = chunkData
		if b.left == 0 {
			b.state = trailerStart
		}
	case chunkDataCR:
		if c != '\r' {
			return b.fail(errChunkEnd)
		}
		b.state = chunkDataLF
	case chunkDataLF:
		if c != '\n' {
			return b.fail(errChunkEnd)
		}
		b.state = chunkSize
	default:
		return b.trailer(c)
	}
	return nil
}

// plainSize reads what nearly every chunk-size line is: digits and CRLF, all of them here and not the last chunk's. It
// returns the size and the length of the line; a length of zero means that the line takes the long way.
func plainSize(in []byte) (size uint64, n int) {
	for i, c := range in[:min(len(in), maxDigits)] {
		if digit := hex(c); digit < 16 {
			size = size<<4 | uint64(digit)
			continue
		}
		if c == '\r' && size > 0 && i+1 < len(in) && in[i+1] == '\n' {
			return size, i + 2
		}
		break
	}
	return 0, 0
}

// chunk returns the data of a chunk, and passes the CRLF behind it if that is here too.
func (b *Body) chunk(in []byte) (piece, rest []byte, err error) {
	piece, rest = b.data(in)
	if b.left > 0 {
		return piece, rest, nil
	}
	b.state = chunkDataCR
	if len(rest) >= 2 && rest[0] == '\r' && rest[1] == '\n' {
		rest = rest[2:]
		b.state = chunkSize
	}
	return piece, rest, nil
}

// afterSize takes what may follow the digits: white space, which the grammar allows before an extension only but every
// reader tolerates, an extension, or the end of the line.
func (b *Body) afterSize(c byte) error {
	switch c {
	case '\r':
		b.state = chunkSizeLF
	case ';':
		b.state = chunkExtension
	case ' ', '\t':
		b.state = chunkSpace
	default:
		return b.fail(errChunkSize)
	}
	return b.count(maxLine, errChunkLine)
}

// extension skips a chunk extension: a recipient must ignore those it does not know (section 7.1.1).
func (b *Body) extension(c byte) error {
	switch c {
	case '\r':
		b.state = chunkSizeLF
	case '\n':
		return b.fail(errChunkSize)
	}
	return b.count(maxLine, errChunkLine)
}

// trailer skips the fields behind the last chunk (section 7.1.2). They are header lines, and a bare LF may end them.
func (b *Body) trailer(c byte) error {
	switch {
	case c == '\n' && b.state != trailerLine:
		b.state = done
		return io.EOF
	case c == '\n':
		b.state = trailerStart
	case c == '\r' && b.state == trailerStart:
		b.state = trailerLF
	default:
		b.state = trailerLine
	}
	return b.count(maxTrailer, errTrailerSize)
}

func (b *Body) count(limit uint32, tooLong error) error {
	if b.line++; b.line > limit {
		return b.fail(tooLong)
	}
	return nil
}

func (b *Body) fail(err error) error {
	b.state = failed
	return err
}

// hex returns the value of a hexadecimal digit, and for every other byte one that is none.
func hex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}
