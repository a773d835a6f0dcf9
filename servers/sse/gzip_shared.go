package sse

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// GinGzipShared is Gin with each message compressed once, and the same bytes in the one gzip stream of each client.
//
// A message becomes blocks that refer to nothing before them, as what came before is another thing for each client, and
// that end at a byte. Such blocks may follow one another in any stream. What is a client's own is the checksum and
// the length at the end, twelve bytes instead of a compressor. What is lost is that a message could have been told by the
// one before it.
func GinGzipShared(r gin.IRouter, path string, h *hub.Hub, p hub.Policy) {
	comment := newPiece(heartbeat)
	r.GET(path, gin.WrapF(func(w http.ResponseWriter, r *http.Request) {
		after, ok := resume(w, r)
		if !ok {
			return
		}
		s := &shared{response: w, control: http.NewResponseController(w), comment: comment, plain: !acceptsGzip(w.Header(), r.Header)}
		if s.begin() != nil {
			return
		}
		_ = h.Deliver(r.Context(), after, p, s)
		s.end()
	}))
}

// piece is a part of the stream: as it is, compressed, and what it does to a checksum.
type piece struct {
	plain, blocks []byte
	checksum      part
}

// EncodePiece returns the event of a message as *piece.
func EncodePiece(m hub.Message) any { return newPiece(event(m)) }

// compressor is what compressing a message takes, and no connection keeps.
type compressor struct {
	flate  *flate.Writer
	blocks bytes.Buffer
}

var compressors = sync.Pool{New: func() any { //nolint:gochecknoglobals // a pool is for all
	c := &compressor{}
	var err error
	if c.flate, err = flate.NewWriter(&c.blocks, GzipLevel); err != nil {
		panic("pushbench: flate: " + err.Error()) // the level is a constant
	}
	return c
}}

func newPiece(plain []byte) *piece {
	c := compressors.Get().(*compressor) //nolint:forcetypeassert // the pool has nothing else
	defer compressors.Put(c)
	c.blocks.Reset()
	c.flate.Reset(&c.blocks) // forgets what it has seen
	_, _ = c.flate.Write(plain)
	_ = c.flate.Flush() // a buffer takes all
	return &piece{plain: plain, blocks: bytes.Clone(c.blocks.Bytes()), checksum: newPart(plain)}
}

// shared is the sink of one response.
type shared struct {
	response http.ResponseWriter
	control  *http.ResponseController
	comment  *piece
	plain    bool // the client does not offer gzip
	sum      checksum
}

// begin writes the header (RFC 1952 section 2.3) and a comment, at once: proxies hold the head back until the first byte.
func (s *shared) begin() error {
	if !s.plain {
		if _, err := s.response.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")); err != nil {
			return err
		}
	}
	return s.write(s.comment)
}

func (s *shared) write(p *piece) error {
	b := p.blocks
	if s.plain {
		b = p.plain
	}
	s.sum.add(&p.checksum)
	_, err := s.response.Write(b)
	return err
}

func (s *shared) Send(batch []hub.Message) error {
	for i := range batch {
		if err := s.write(batch[i].Frame.(*piece)); err != nil { //nolint:forcetypeassert // EncodePiece made it
			return err
		}
	}
	return s.control.Flush()
}

func (s *shared) Heartbeat() error {
	if err := s.write(s.comment); err != nil {
		return err
	}
	return s.control.Flush()
}

// end writes a last, empty block and the trailer, for clients that are still there.
func (s *shared) end() {
	if s.plain {
		return
	}
	trailer := []byte{1, 0, 0, 0xff, 0xff}
	trailer = binary.LittleEndian.AppendUint32(trailer, s.sum.crc)
	trailer = binary.LittleEndian.AppendUint32(trailer, s.sum.size)
	_, _ = s.response.Write(trailer)
}
