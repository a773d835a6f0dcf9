package webtransport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/quic-go/webtransport-go"

	"github.com/pushbench/pushbench/internal/wire"
)

const headSize = 4 // of a frame: its length

// withDatagrams joins a session's stream and its datagrams to one stream of frames. The server says with an empty frame
// when datagrams follow: until then they wait, so that what is older comes first. Beyond the 32 that webtransport-go keeps for
// a session that does not read them they are lost, as beyond the socket's buffer.
func withDatagrams(session *webtransport.Session, s *webtransport.ReceiveStream) io.ReadCloser {
	out, in := io.Pipe() // gives whole writes of several writers one after the other
	j := &joint{session: session, stream: s, in: in, done: make(chan struct{})}
	go j.run()
	return out
}

// joint feeds a pipe from both sources.
type joint struct {
	session *webtransport.Session
	stream  io.Reader
	in      *io.PipeWriter
	done    chan struct{} // closed when no datagram follows
}

// run ends the pipe as the stream ends, behind the datagrams that have arrived by then.
func (j *joint) run() {
	ctx, cancel := context.WithCancel(context.Background())
	started := false
	err := j.frames(func() {
		if !started {
			started = true
			go j.datagrams(ctx)
		}
	})
	cancel()
	if started {
		<-j.done
	}
	_ = j.in.CloseWithError(err) // never fails
}

// frames copies the frames of the stream, and calls empty at each that has no payload.
func (j *joint) frames(empty func()) error {
	var frame []byte
	for {
		frame = slices.Grow(frame[:0], headSize)[:headSize]
		if n, err := io.ReadFull(j.stream, frame); err != nil {
			return within(n, err)
		}
		size := binary.BigEndian.Uint32(frame)
		if size > wire.MostLimit {
			return errors.New("webtransport: " + wire.OverLimit(fmt.Sprintf("a frame of %d bytes", size), wire.MostLimit))
		}
		frame = slices.Grow(frame, int(size))[:headSize+int(size)]
		if n, err := io.ReadFull(j.stream, frame[headSize:]); err != nil {
			return within(headSize+n, err)
		}
		if _, err := j.in.Write(frame); err != nil {
			return err
		}
		if size == 0 {
			empty()
		}
	}
}

// within says that the stream ended n bytes into a frame, if it did.
func within(n int, err error) error {
	if n > 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return fmt.Errorf("webtransport: %d bytes into a frame: %w", n, io.ErrUnexpectedEOF)
	}
	return err
}

// datagrams makes a frame of each datagram. What has arrived is returned before the end of ctx is.
func (j *joint) datagrams(ctx context.Context) {
	defer close(j.done)
	var frame []byte
	for {
		payload, err := j.session.ReceiveDatagram(ctx)
		if err != nil {
			return
		}
		frame = binary.BigEndian.AppendUint32(frame[:0], uint32(len(payload))) //nolint:gosec // a datagram
		frame = append(frame, payload...)
		if _, err := j.in.Write(frame); err != nil {
			return
		}
	}
}
