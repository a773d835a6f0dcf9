package websocket

import (
	"bytes"
	"errors"
	"io"

	"github.com/gobwas/ws"
)

var errLeft = errors.New("the subscriber has left")

// Receive implements epoll.Dialect: it answers pings and the close handshake, and confirms messages.
func (f *frames) Receive(in []byte) (used int, reply []byte, err error) {
	for used < len(in) {
		r := bytes.NewReader(in[used:])
		h, err := ws.ReadHeader(r)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return used, reply, nil
		case err != nil:
			return used, append(reply, closeFrame(ws.StatusProtocolError)...), err
		}
		if code, err := f.check(h); err != nil {
			return used, append(reply, closeFrame(code)...), err
		}
		if h.Length > int64(r.Len()) {
			return used, reply, nil
		}
		end := len(in) - r.Len() + int(h.Length)
		payload := in[end-int(h.Length) : end]
		ws.Cipher(payload, h.Mask, 0)
		used = end
		switch h.OpCode {
		case ws.OpPing:
			reply = append(reply, compiled(ws.NewPongFrame(payload))...)
		case ws.OpClose:
			return used, append(reply, echo(payload)...), errLeft
		case ws.OpText, ws.OpBinary, ws.OpContinuation:
			reply = f.receive(payload, h.Fin, reply)
		}
	}
	return used, reply, nil
}

// receive takes a data frame, and confirms the message that ends with it. One that is not accepted is ignored.
func (f *frames) receive(payload []byte, final bool, reply []byte) []byte {
	if !final && f.part == nil {
		f.part = &part{}
	}
	if f.part != nil {
		f.part.bytes = append(f.part.bytes, payload...)
		payload = f.part.bytes
	}
	if !final {
		return reply
	}
	f.part = nil
	if confirmation := f.hub.Receive(payload); confirmation != nil {
		reply = append(reply, compiled(ws.NewTextFrame(confirmation))...)
	}
	return reply
}

var errTooLong = errors.New("a message is over the limit")

// check returns the error of a frame's header, and the code to close with.
func (f *frames) check(h ws.Header) (ws.StatusCode, error) {
	state, length := ws.StateServerSide, int64(0)
	if f.part != nil {
		state, length = state.Set(ws.StateFragmented), int64(len(f.part.bytes))
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return ws.StatusProtocolError, err
	}
	if !h.OpCode.IsControl() && length+h.Length > readLimit {
		return ws.StatusMessageTooBig, errTooLong
	}
	return 0, nil
}

// echo answers a close frame with its own code (RFC 6455, 5.5.1).
func echo(payload []byte) []byte {
	if len(payload) == 0 {
		return ws.CompiledClose
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if ws.CheckCloseFrameData(code, reason) != nil {
		code = ws.StatusProtocolError
	}
	return closeFrame(code)
}
