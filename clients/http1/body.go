package http1

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// delimit says how the body behind a head ends, by the rules of RFC 9112 section 6.3.
func (x *Exchange) delimit(r *Response) error {
	chunked := false
	length, known := uint64(0), false
	for _, f := range r.Fields {
		switch {
		case strings.EqualFold(f.Name, "Transfer-Encoding"):
			// Section 6.1: HTTP/1.0 knows no transfer codings, and such framing is faulty. Codings other than one
			// chunked were not asked for (no TE was sent).
			if r.Minor == 0 || chunked || !strings.EqualFold(f.Value, "chunked") {
				return fmt.Errorf("http: transfer encoding %.80q is not supported", f.Value)
			}
			chunked = true
		case strings.EqualFold(f.Name, "Content-Length"):
			n, err := strconv.ParseUint(f.Value, 10, 63) // 1*DIGIT: RFC 9110 section 8.6
			if err != nil || known && n != length {
				return fmt.Errorf("http: malformed or conflicting content length %.80q", f.Value)
			}
			length, known = n, true
		}
	}
	switch {
	case r.Status < 200 || r.Status == 204 || r.Status == 304:
		x.left, x.state = 0, counted
	case chunked: // overrides a length
		x.left, x.line, x.state = 0, 0, chunkSize
	case known:
		x.left, x.state = length, counted
	default:
		x.state = untilClose
	}
	return nil
}

// next returns the first piece of data in the input and the bytes behind it; the piece is empty when the input holds
// framing only. The error is io.EOF at the end of the body; a piece may come with it.
func (x *Exchange) next(in []byte) (piece, rest []byte, err error) {
	switch x.state {
	case untilClose:
		return in, nil, nil
	case counted:
		piece, rest = x.data(in)
		if x.left == 0 {
			x.state, err = done, io.EOF
		}
		return piece, rest, err
	}
	if x.state == chunkSize && x.line == 0 {
		if size, n := plainSize(in); n > 0 {
			x.left, in = size, in[n:]
			x.state = chunkData
		}
	}
	for i, c := range in {
		if x.state == chunkData {
			return x.chunk(in[i:])
		}
		if err := x.frame(c); err != nil {
			return nil, in[i+1:], err
		}
	}
	return nil, nil, nil
}

func (x *Exchange) data(in []byte) (piece, rest []byte) {
	n := len(in)
	if uint64(n) > x.left {
		n = int(x.left) //nolint:gosec // below len(in)
	}
	x.left -= uint64(n)
	return in[:n], in[n:]
}
