package sse

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/stream"
)

// GzipLevel is gzip's own default, and that of middleware; GzipWriterSize is what a writer of that level holds, in KiB: its
// window, and the table in which it looks matches up.
const (
	GzipLevel      = 6
	GzipWriterSize = 795
)

// GinGzip is Gin with a gzip writer for each client that offers gzip, flushed once a batch: what a team gets that compresses
// its responses. The writer is the standard library's, which gin-contrib/gzip takes too; that middleware itself leaves out
// every request that accepts an event stream. klauspost/compress holds no less for a connection (800 KiB at level 1, 1056 at
// level 6, v1.20) and is no faster at messages this small.
func GinGzip(r gin.IRouter, path string, h *hub.Hub, p hub.Policy) {
	r.GET(path, gin.WrapF(func(w http.ResponseWriter, r *http.Request) {
		after, ok := resume(w, r)
		if !ok {
			return
		}
		if acceptsGzip(w.Header(), r.Header) {
			z, err := gzip.NewWriterLevel(w, GzipLevel)
			if err != nil {
				panic("pushbench: gzip: " + err.Error()) // the level is a constant
			}
			defer z.Close() //nolint:errcheck // the end of the stream, for clients that are still there
			w = &gzipped{w, z}
		}
		if _, err := w.Write(heartbeat); err != nil {
			return
		}
		_ = h.Deliver(r.Context(), after, p, stream.NewSink(w, heartbeat))
	}))
}

// gzipped is a response whose body is compressed.
type gzipped struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (g *gzipped) Write(b []byte) (int, error) { return g.z.Write(b) }

// FlushError is what http.ResponseController calls: the compressor's block ends, and what there is goes out.
func (g *gzipped) FlushError() error {
	if err := g.z.Flush(); err != nil {
		return err
	}
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// acceptsGzip reports whether the client offers gzip (RFC 9110 section 12.5.3), and says in the header of the answer that it
// gets it, or that others may.
func acceptsGzip(answer, request http.Header) bool {
	answer.Set("Vary", "Accept-Encoding")
	for offer := range strings.SplitSeq(strings.Join(request.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(offer, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		if q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q="); ok {
			if v, err := strconv.ParseFloat(q, 64); err == nil && v == 0 {
				return false
			}
		}
		answer.Set("Content-Encoding", "gzip")
		return true
	}
	return false
}
