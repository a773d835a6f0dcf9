package webtransport

import (
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder reads a session. The frames are those of the floor; the request is the path of the session, with what to resume
// after in its query. The floor's messages of clients are no part of it: a session has one stream, and that flows one way.
type Decoder struct{ floor tcp.Decoder }

// New returns a decoder for one session.
func New() *Decoder { return &Decoder{} }

// Open begins a session and returns the path to ask for.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	d.floor.Open(t, after)
	return http1.AppendPath(nil, t.Path, after, "")
}

// Feed takes the next bytes of the stream, as that of the floor does.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	return d.floor.Feed(in, emit)
}

// Head reports whether the server has sent something.
func (d *Decoder) Head() bool { return d.floor.Head() }

// EOF says whether the stream may end here: between frames.
func (d *Decoder) EOF() error { return d.floor.EOF() }

// Holding is how many bytes of memory the decoder has for what is incomplete.
func (d *Decoder) Holding() int { return d.floor.Holding() }

// Forget gives them back; the session has ended.
func (d *Decoder) Forget() { d.floor.Forget() }
