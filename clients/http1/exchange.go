package http1

import (
	"errors"
	"fmt"
	"io"
)

var (
	errFailed  = errors.New("http: fed after an error")
	errUnasked = errors.New("http: bytes that answer no request")
	errHeadCut = fmt.Errorf("http: in the response head: %w", io.ErrUnexpectedEOF)
)

// Exchange is where a connection stands: in which request and its response, one pair after the other. Of the zero value a
// request is under way. It holds no bytes and takes 16: every idle connection has one.
type Exchange struct {
	left     uint64 // data bytes to come in this chunk, or in a body of known length
	line     uint32 // bytes of the chunk-size line or of the trailer so far
	state    state
	accepted bool // a response of the connection
	last     bool // the server closes behind this response
}

// state says what the next byte of a response is.
type state uint8

const (
	asked  state = iota // the first of the head
	inHead              // another of the head
	untilClose
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
	done // none: the response has ended
	failed
)

// Feed takes the next bytes of the connection and returns those behind the response. accept judges the head, and take gets
// the body in pieces, which are slices of the input. The incomplete part of a head stands in *partial, which may be nil behind it.
// The error is io.EOF when the response has ended; any other is final.
func (x *Exchange) Feed(in []byte, partial *[]byte, accept func(*Response) error, take func(piece []byte) error) (rest []byte, err error) {
	switch x.state {
	case asked, inHead:
		r, behind, err := ReadHead(partial, in)
		if err != nil {
			return nil, x.Fail(err)
		}
		if r == nil {
			x.state = inHead
			return nil, nil
		}
		if err := x.begin(r, accept); err != nil {
			return nil, x.Fail(Refuse(err, r, behind))
		}
		in = behind
	case done:
		return nil, x.Kept(in)
	case failed:
		return nil, errFailed
	}
	for {
		piece, rest, err := x.next(in)
		if len(piece) > 0 {
			if err := take(piece); err != nil {
				return nil, x.Fail(err)
			}
		}
		if err != nil || len(rest) == 0 {
			return rest, err
		}
		in = rest
	}
}

// begin takes a response, if the caller does, up to its body.
func (x *Exchange) begin(r *Response, accept func(*Response) error) error {
	if err := accept(r); err != nil {
		return err
	}
	if err := x.delimit(r); err != nil {
		return err
	}
	x.accepted, x.last = true, r.Minor == 0 || r.Has("Connection", "close")
	return nil
}

// Fail ends the exchange for an error, which it returns.
func (x *Exchange) Fail(err error) error {
	x.state = failed
	return err
}

// Head reports whether a response head was accepted.
func (x *Exchange) Head() bool { return x.accepted }

// Idle reports whether the response to the newest request has ended.
func (x *Exchange) Idle() bool { return x.state == done }

// Ask begins the next request; it must be idle.
func (x *Exchange) Ask() { x.state = asked }

// Kept returns why the connection cannot carry another request behind a response and the bytes that came behind that: they
// answer none, or the server closes (io.EOF).
func (x *Exchange) Kept(rest []byte) error {
	switch {
	case len(rest) > 0:
		return x.Fail(errUnasked)
	case x.last:
		return x.Fail(io.EOF)
	}
	return nil
}

// EOF says whether the connection may end here. In a body it may where only that delimits it (RFC 9112 section 8). A request
// that crosses the end of a kept connection was not answered, and may be sent again (section 9.3.1) if it is idempotent.
func (x *Exchange) EOF() error {
	switch x.state {
	case untilClose, done, failed:
		return nil
	case asked, inHead:
		if x.state == asked && x.accepted {
			return nil
		}
		return errHeadCut
	case counted:
		return fmt.Errorf("http: %d bytes before the end of the body: %w", x.left, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("http: in a chunked body: %w", io.ErrUnexpectedEOF)
}
