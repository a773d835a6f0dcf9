package webtransport

import (
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder reads a session. The frames are those of the floor; the request is the path of the session, with what to resume
// after in its query.
type Decoder struct{ tcp.Decoder }

// New returns a decoder for one session.
func New() *Decoder { return &Decoder{} }

// Open begins a session and returns the path to ask for.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	d.Decoder.Open(t, after)
	path := []byte(t.Path)
	if after == wire.Live {
		return path
	}
	separator := "?after="
	if strings.Contains(t.Path, "?") {
		separator = "&after="
	}
	return strconv.AppendUint(append(path, separator...), after, 10)
}
