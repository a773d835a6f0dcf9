package sse

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/pushbench/pushbench/clients/http1"
)

var (
	errGzipCut = fmt.Errorf("sse: in a gzip stream: %w", io.ErrUnexpectedEOF)
	errBase64  = errors.New("sse: the data of an event named binary is not base64")
)

// gzipped reports whether the body is compressed; x-gzip is the same (RFC 9110 section 8.4.1.3).
func gzipped(r *http1.Response) bool {
	coding := r.Get("Content-Encoding")
	return strings.EqualFold(coding, "gzip") || strings.EqualFold(coding, "x-gzip")
}

// content takes one piece of the body.
func (d *Decoder) content(piece []byte, emit func(payload []byte)) error {
	if d.held == nil || d.held.gunzip == nil {
		return d.events(piece, emit)
	}
	return d.held.gunzip.Feed(piece, func(p []byte) error { return d.events(p, emit) })
}

// gzipCut reports that the body is compressed and what there is of it does not end.
func (d *Decoder) gzipCut() bool {
	return d.held != nil && d.held.gunzip != nil && d.held.gunzip.EOF() != nil
}

// binaryEvent is the name of events whose data is base64.
const binaryEvent = "binary"

// keepBuffer is how large a buffer may have become for it to be used again, in bytes.
const keepBuffer = 1 << 20

var buffers = sync.Pool{New: func() any { return &[]byte{} }} //nolint:gochecknoglobals // a pool is for all

// emitBinary emits what the data of a binary event stands for.
func emitBinary(data []byte, emit func(payload []byte)) error {
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // the pool has nothing else
	payload, err := base64.StdEncoding.AppendDecode((*buffer)[:0], data)
	if err != nil {
		return errBase64
	}
	emit(payload)
	if *buffer = payload; cap(payload) <= keepBuffer {
		buffers.Put(buffer)
	}
	return nil
}
