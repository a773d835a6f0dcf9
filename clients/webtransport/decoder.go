package webtransport

import (
	"cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder reads a session. The frames are those of the floor; the request is the path of the session, with what to resume
// after in its query. The floor's messages of clients are no part of it: a session has one stream, and that flows one way.
type Decoder struct{ tcp.Frames }

// New returns a decoder for one session.
func New() *Decoder { return &Decoder{} }

// Open begins a session and returns the path to ask for.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	d.Frames = tcp.Frames{Limit: cmp.Or(t.Limit, d.Limit)}
	return http1.AppendPath(nil, t.Path, after, "")
}
