package http1

import (
	"errors"
	"fmt"
	"io"
)

const (
	maxLine    = 4096 // of a chunk-size line with its extensions, the bound of net/http
	maxTrailer = MaxHead
	maxDigits  = 16 // of a chunk size: 64 bits
)

var (
	errChunkSize   = errors.New("http: malformed chunk size")
	errChunkLine   = fmt.Errorf("http: chunk-size line is longer than %d bytes", maxLine)
	errChunkEnd    = errors.New("http: chunk is not followed by CRLF")
	errTrailerSize = fmt.Errorf("http: trailer is larger than %d bytes", maxTrailer)
)

// frame takes one byte of chunked framing (RFC 9112 section 7.1). Lines end with CRLF and nothing less: a bare LF is for
// heads only, as net/http has it. The error is io.EOF behind the trailer.
func (x *Exchange) frame(c byte) error {
	switch x.state {
	case chunkSize:
		if digit := hex(c); digit < 16 && x.line < maxDigits {
			x.left = x.left<<4 | uint64(digit)
			x.line++
			return nil
		}
		if x.line == 0 {
			return x.Fail(errChunkSize)
		}
		return x.afterSize(c)
	case chunkSpace:
		return x.afterSize(c)
	case chunkExtension:
		return x.extension(c)
	case chunkSizeLF:
		if c != '\n' {
			return x.Fail(errChunkSize)
		}
		x.line = 0
		x.state = chunkData
		if x.left == 0 {
			x.state = trailerStart
		}
	case chunkDataCR:
		if c != '\r' {
			return x.Fail(errChunkEnd)
		}
		x.state = chunkDataLF
	case chunkDataLF:
		if c != '\n' {
			return x.Fail(errChunkEnd)
		}
		x.state = chunkSize
	default:
		return x.trailer(c)
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
func (x *Exchange) chunk(in []byte) (piece, rest []byte, err error) {
	piece, rest = x.data(in)
	if x.left > 0 {
		return piece, rest, nil
	}
	x.state = chunkDataCR
	if len(rest) >= 2 && rest[0] == '\r' && rest[1] == '\n' {
		rest = rest[2:]
		x.state = chunkSize
	}
	return piece, rest, nil
}

// afterSize takes what may follow the digits: white space, which the grammar allows before an extension only but every
// reader tolerates, an extension, or the end of the line.
func (x *Exchange) afterSize(c byte) error {
	switch c {
	case '\r':
		x.state = chunkSizeLF
	case ';':
		x.state = chunkExtension
	case ' ', '\t':
		x.state = chunkSpace
	default:
		return x.Fail(errChunkSize)
	}
	return x.count(maxLine, errChunkLine)
}

// extension skips a chunk extension: a recipient must ignore those it does not know (section 7.1.1).
func (x *Exchange) extension(c byte) error {
	switch c {
	case '\r':
		x.state = chunkSizeLF
	case '\n':
		return x.Fail(errChunkSize)
	}
	return x.count(maxLine, errChunkLine)
}

// trailer skips the fields behind the last chunk (section 7.1.2). They are header lines, and a bare LF may end them.
func (x *Exchange) trailer(c byte) error {
	switch {
	case c == '\n' && x.state != trailerLine:
		x.state = done
		return io.EOF
	case c == '\n':
		x.state = trailerStart
	case c == '\r' && x.state == trailerStart:
		x.state = trailerLF
	default:
		x.state = trailerLine
	}
	return x.count(maxTrailer, errTrailerSize)
}

func (x *Exchange) count(limit uint32, tooLong error) error {
	if x.line++; x.line > limit {
		return x.Fail(tooLong)
	}
	return nil
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
