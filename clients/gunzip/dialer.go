// Package gunzip carries clients whose responses the server may compress with gzip, each on a TCP connection of its own.
//
// It stands between the fleet, whose decoders know nothing of compression, and sockets, in clear or within TLS: a response
// is handed on as one of HTTP/1.1 that is not compressed. A stream that is cut is told from one that ends, as with chunks.
package gunzip

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/secure"
)

// Dialer implements fleet.Dialer: a stream is one response.
type Dialer struct{ secure.StreamDialer }

// New returns a dialer for the clients of one fleet.
func New() Dialer { return Dialer{secure.New("http/1.1")} }

// Open implements fleet.Dialer. The answers to what a client sends beside its subscription are read as they come.
func (d Dialer) Open(ctx context.Context, to fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	conn, err := d.Begin(ctx, to, trace)
	if err != nil || to.UplinkOnly {
		return conn, err
	}
	return &stream{Stream: conn}, nil
}

// stream is a connection from which one response is read.
type stream struct {
	secure.Stream

	response io.Reader // nil before its head is there
}

// Read returns the response as one of HTTP/1.1.
func (s *stream) Read(b []byte) (int, error) {
	if s.response == nil {
		r, err := head(bufio.NewReader(s.Stream)) //nolint:bodyclose // the stream is closed
		if err != nil {
			return 0, fmt.Errorf("in the response head: %w", err)
		}
		s.response = content(r)
	}
	return s.response.Read(b)
}

// head reads the head of a response, behind those that only announce it.
func head(from *bufio.Reader) (*http.Response, error) {
	for {
		r, err := http.ReadResponse(from, nil)
		if err != nil || r.StatusCode >= http.StatusOK {
			return r, err
		}
	}
}

// content is a response without compression. x-gzip is the same as gzip (RFC 9110 section 8.4.1.3).
func content(r *http.Response) io.Reader {
	coding := r.Header.Get("Content-Encoding")
	if !strings.EqualFold(coding, "gzip") && !strings.EqualFold(coding, "x-gzip") {
		return io.MultiReader(bytes.NewReader(http1.Head(r)), r.Body)
	}
	r.Header.Del("Content-Encoding")
	r.Header.Del("Content-Length")
	return io.MultiReader(bytes.NewReader(http1.Head(r)), &body{compressed: r.Body})
}

// body is the content of a compressed one.
type body struct {
	compressed io.Reader
	gzip       *gzip.Reader // nil before the first byte
}

var (
	errCut     = fmt.Errorf("in a gzip stream: %w", io.ErrUnexpectedEOF)
	errCorrupt = errors.New("a gzip stream is corrupt")
)

// Read implements io.Reader. The reader of gzip returns what was flushed at once, and waits for no more.
func (b *body) Read(p []byte) (n int, err error) {
	if b.gzip == nil {
		b.gzip, err = gzip.NewReader(b.compressed)
	}
	if err == nil {
		n, err = b.gzip.Read(p)
	}
	var at flate.CorruptInputError
	switch {
	case errors.As(err, &at): // a place in the stream would make every client's a cause of its own
		err = errCorrupt
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errCut
	}
	return n, err
}
