package http1

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
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
	errBodyFailed  = errors.New("http: body continues after an error")
)

// Body undoes the framing of a response body. It holds no bytes: what it returns are slices of its input.
type Body struct {
	left  uint64 // data bytes to come in this chunk, or in a body of known length
	line  uint32 // bytes of the chunk-size line or of the trailer so far
	state state
}

// state says what the next byte of a body is.
type state uint8

const (
	untilClose state = iota
	counted
	chunkSize
	chunkSpace
	chunkExtension
	chunkSizeLF
	chunkData
	chunkDataCR
	chunkDataLF
	trailerStart
	trailerLine
	trailerLF
	done
	failed
)

// Body returns the reader for the body behind the head, framed by the rules of RFC 9112 section 6.3.
func (r *Response) Body() (Body, error) {
	chunked := false
	length, known := uint64(0), false
	for _, f := range r.Fields {
		switch {
		case strings.EqualFold(f.Name, "Transfer-Encoding"):
			// Section 6.1: HTTP/1.0 knows no transfer codings, and such framing is faulty. Codings other than one
			// chunked were not asked for (no TE was sent).
			if r.Minor == 0 || chunked || !strings.EqualFold(f.Value, "chunked") {
				return Body{}, fmt.Errorf("http: transfer encoding %.80q is not supported", f.Value)
			}
			chunked = true
		case strings.EqualFold(f.Name, "Content-Length"):
			n, err := strconv.ParseUint(f.Value, 10, 63) // 1*DIGIT: RFC 9110 section 8.6
			if err != nil || known && n != length {
				return Body{}, fmt.Errorf("http: malformed or conflicting content length %.80q", f.Value)
			}
			length, known = n, true
		}
	}
	switch {
	case r.Status < 200 || r.Status == 204 || r.Status == 304:
		return Body{state: counted}, nil
	case chunked: // overrides a length
		return Body{state: chunkSize}, nil
	case known:
		return Body{state: counted, left: length}, nil
	}
	return Body{state: untilClose}, nil
}

// Next returns the first piece of data in the input and the bytes behind it; the piece is empty when the input holds
// framing only. The error is io.EOF at the end of the body; a piece may come with it.
func (b *Body) Next(in []byte) (piece, rest []byte, err error) {
	switch b.state {
	case untilClose:
		return in, nil, nil
	case counted:
		piece, rest = b.data(in)
		if b.left == 0 {
			return piece, rest, io.EOF
		}
		return piece, rest, nil
	case done:
		return nil, in, io.EOF
	case failed:
		return nil, in, errBodyFailed
	}
	if b.state == chunkSize && b.line == 0 {
		if size, n := plainSize(in); n > 0 {
			b.left, in = size, in[n:]
			b.state = chunkData
		}
	}
	for i, c := range in {
		if b.state == chunkData {
			return b.chunk(in[i:])
		}
		if err := b.frame(c); err != nil {
			return nil, in[i+1:], err
		}
	}
	return nil, nil, nil
}

func (b *Body) data(in []byte) (piece, rest []byte) {
	n := len(in)
	if uint64(n) > b.left {
		n = int(b.left) //nolint:gosec // below len(in)
	}
	b.left -= uint64(n)
	return in[:n], in[n:]
}

// EOF says whether the body may end here because the connection has: only a body that is delimited by that may
// (RFC 9112 section 8).
func (b *Body) EOF() error {
	switch b.state {
	case untilClose, done:
		return nil
	case counted:
		if b.left == 0 {
			return nil
		}
		return fmt.Errorf("http: %d bytes before the end of the body: %w", b.left, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("http: in a chunked body: %w", io.ErrUnexpectedEOF)
}
