// Package gunzip undoes a gzip stream (RFC 1952) that arrives in pieces cut anywhere: bytes in, bytes out, and what is
// complete at once.
//
// It stands between the body of an HTTP response and the grammar of a stream in it. compress/gzip cannot take that place:
// it pulls from a reader that blocks, and so wants a goroutine for each connection, where a decoder of the fleet has none.
// Nor can a stream be cut where the server flushed and be given to it in pieces: nothing in the format tells a flush from
// the same four bytes within a block. So the decompressor here can stop after any bit and go on from there. It is held
// against compress/gzip by a fuzzer.
package gunzip

import (
	"errors"
	"hash/crc32"
	"io"
)

var (
	errMagic    = errors.New("gzip: the stream does not begin as one")
	errHeader   = errors.New("gzip: the header is malformed")
	errChecksum = errors.New("gzip: checksum or length differ from those of the content")
	errFailed   = errors.New("gzip: fed after an error")
)

// Reader reads one stream: members in a row, or none (section 2.2). The zero value is at its begin. It holds what the member
// under way may still refer to, the last 32 KiB of its content at most, and the codes of the block under way.
type Reader struct {
	part  part
	flags uint32
	left  uint32 // bytes of the extra field to come
	crc   uint32 // of the header so far, then of the content
	size  uint32 // of the content, modulo 2^32
	inflater
}

// part is what comes next of a stream (sections 2.3 and 2.3.1).
type part uint8

const (
	magic part = iota
	modified
	system
	extraSize
	extra
	fileName
	comment
	headerCRC
	content
	contentCRC
	contentSize
	failed
)

const (
	flagHeaderCRC uint32 = 1 << (iota + 1)
	flagExtra
	flagName
	flagComment
	flagsReserved = 0xe0
)

// Feed takes the next bytes of the stream and emits the content that is complete, in pieces that are good until emit
// returns. Only EOF tells whether the stream may end: another member can follow each. The error may be one of emit's.
func (r *Reader) Feed(in []byte, emit func(piece []byte) error) error {
	if r.part == failed {
		return errFailed
	}
	r.bits.in = in
	checked := func(piece []byte) error {
		r.crc = crc32.Update(r.crc, crc32.IEEETable, piece)
		r.size += uint32(len(piece)) //nolint:gosec // modulo 2^32
		return emit(piece)
	}
	for {
		err := r.member(checked)
		switch {
		case err == errStarved: //nolint:errorlint // made here, never wrapped
			r.bits.in = nil
			return nil
		case err != nil:
			*r = Reader{part: failed}
			return err
		}
		*r = Reader{inflater: inflater{bits: r.bits}}
	}
}

// EOF says whether the stream may end here: only between members, or before the first.
func (r *Reader) EOF() error {
	if r.part != magic || r.bits.n > 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// member goes on until the input is used up, with errStarved, or the member ends.
func (r *Reader) member(emit func(piece []byte) error) error {
	for r.part < content {
		if err := r.header(); err != nil {
			return err
		}
	}
	if r.part == content {
		err := r.inflate(emit)
		if failed := r.window.flush(emit); failed != nil {
			return failed
		}
		if err != nil {
			return err
		}
		r.bits.align()
		r.part = contentCRC
	}
	if r.part == contentCRC {
		v, ok := r.bits.take(32)
		if !ok {
			return errStarved
		}
		if v != r.crc {
			return errChecksum
		}
		r.part = contentSize
	}
	v, ok := r.bits.take(32)
	if !ok {
		return errStarved
	}
	if v != r.size {
		return errChecksum
	}
	return nil
}
