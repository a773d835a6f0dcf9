package sse

import (
	"encoding/base64"
	"errors"
	"sync"
)

var errBase64 = errors.New("sse: the data of an event named binary is not base64")

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
