// Package websocket decodes the client's side of RFC 6455: the upgrade response, then the server's frames.
//
// It is one of the decoders the fleet feeds with what it reads from a socket; the payload of each message goes on to the
// recorder, and the replies (pongs, the answer to a close) go back to the socket. It refuses whatever the RFC says a
// client must refuse, so that a lane cannot look cheap by sending what a browser would not take, and it holds no buffer
// while no frame is split over reads: thousands of connections share one load generator.
package websocket

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

var errFailed = errors.New("websocket: fed after an error")

// Error is what the server did against the protocol; the reply that comes with it closes the connection with Code.
type Error struct {
	Code uint16 // RFC 6455 section 7.4.1
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("websocket: %s (%d)", e.Text, e.Code) }

// Decoder reads one connection. The zero value is ready to use. It is 16 bytes while no frame is incomplete, unless
// the server compresses with a window that lives on.
type Decoder struct {
	Limit wire.Limit // of a message

	code    uint16 // of the server's close frame
	phase   phase
	marks   marks
	partial *partial // nil while nothing is incomplete, unless the server keeps a window, or gave a reason for its end
}

// marks are what else is known of a connection, a bit each.
type marks uint8

const (
	closeSent marks = 1 << iota
	deflates        // messages may be compressed
)

// phase is where the connection stands; Head relies on the order.
type phase uint8

const (
	inHead phase = iota
	refused
	open
	done
	failed
)

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the upgrade request to send.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	*d = Decoder{Limit: cmp.Or(t.Limit, d.Limit), partial: &partial{key: newNonce(), subprotocols: t.Subprotocols}}
	return request(t, after, d.partial.key)
}

// Head reports whether the upgrade was accepted.
func (d *Decoder) Head() bool { return d.phase > refused }

// Code returns the status code of the server's close frame: zero before that came, 1005 if it had none.
func (d *Decoder) Code() int { return int(d.code) }

// Feed takes the next bytes of the connection, emits the messages that are complete, and nil for one that is over the
// limit, which it skips unless it is compressed, and returns what must be sent back.
// The error is io.EOF when the server has closed the connection because it has sent everything, and a CloseError when its close frame
// gives another reason; the reply then answers it. Any other error comes with the reply that tells the server why.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	switch d.phase {
	case inHead:
		h := d.hold()
		r, rest, err := http1.ReadHead(&h.tail, in)
		if err == nil && r == nil {
			return nil, nil
		}
		if err == nil {
			if err = d.accept(r, h.key); err != nil {
				err = http1.Refuse(err, r, rest)
			}
		}
		if err != nil {
			d.phase, d.partial = refused, nil
			return nil, err
		}
		d.phase, in = open, rest
	case open:
	case done:
		return nil, io.EOF
	case refused, failed:
		return nil, errFailed
	}
	reply, err = d.frames(in, emit)
	switch {
	case err == io.EOF: //nolint:errorlint // frames returns it bare
		d.phase = done
	case err != nil:
		d.phase, d.partial = failed, nil
	default:
		d.release()
	}
	return reply, err
}

// Close returns the frame that begins a clean end, once: the server answers with one of its own (section 7.1.2).
func (d *Decoder) Close() []byte {
	if d.phase != open {
		return nil
	}
	return d.closeFrame(nil, CodeNormal)
}

// EOF says whether the server may close the connection here: after its close frame (section 7.1.1).
func (d *Decoder) EOF() error {
	switch d.phase {
	case inHead:
		return fmt.Errorf("websocket: in the response head: %w", io.ErrUnexpectedEOF)
	case open:
		return fmt.Errorf("websocket: without a close frame: %w", io.ErrUnexpectedEOF)
	case refused, done, failed:
	}
	return nil
}
