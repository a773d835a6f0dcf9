package doctor

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// answer is the head of a response.
type answer struct {
	proto  string // HTTP/1.1
	alpn   string // within TLS; empty: nothing was agreed on
	tls    bool
	status int
	header http.Header
	took   time.Duration // from the request to the first byte of the head
	line   string        // the first line of the body, where the status is no success
}

// ending is how a stream ended before it was given up.
type ending struct {
	how    string
	clean  bool          // as the protocol ends
	lived  time.Duration // since the request
	silent time.Duration // since the last byte, or the request
}

func (e ending) String() string {
	return fmt.Sprintf("ended after %s, %s behind the last byte: %s", duration(e.lived), duration(e.silent), e.how)
}

// stream is an answer that was read for a while.
type stream struct {
	answer *answer // nil: none came
	moved  []string
	parser
	coding  string        // Content-Encoding
	first   time.Duration // of the body; 0: none of it came
	last    time.Duration
	longest time.Duration // silence, between two reads and at the end
	kept    time.Duration // until the end, or until it was given up
	end     *ending       // nil: it went on
}

// sent is when a request went out, and what bounds the wait behind it.
type sent struct {
	at     time.Time
	timer  *time.Timer
	hold   time.Duration
	headed time.Duration
}

// errKept ends a stream that was kept for as long as was asked.
var errKept = errors.New("kept for as long as was asked")

// trace notes the times of a request. The wait begins with the connection.
func (s *sent) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(httptrace.GotConnInfo) { s.at = time.Now(); s.timer.Reset(s.hold) },
		GotFirstResponseByte: func() { s.headed = time.Since(s.at) },
	})
}

// mostRedirects is what browsers follow and more than a stream needs.
const mostRedirects = 5

// open reads a stream for as long as hold, or until enough says so; an error is one of the connection. Redirects are followed
// to the same host alone: headers are for that.
func (c *client) open(ctx context.Context, method string, at *url.URL, header http.Header, hold time.Duration, enough func(*stream) bool) (*stream, error) {
	ctx, give := context.WithCancelCause(ctx)
	defer give(nil)
	began := &sent{hold: hold}
	began.timer = time.AfterFunc(dialPatience+hold, func() { give(errKept) })
	defer began.timer.Stop()
	transport := c.transport()
	defer transport.CloseIdleConnections()
	s := &stream{parser: parser{now: time.Now}}
	response, err := s.ask(began.trace(ctx), c, transport, method, at, header)
	if err != nil {
		err = s.unanswered(context.Cause(ctx), began, err)
		return s, err
	}
	defer response.Body.Close() //nolint:errcheck // read as far as needed
	s.read(ctx, response, began, func() bool { return enough != nil && enough(s) })
	return s, nil
}

// ask sends the request, and again where it is redirected to.
func (s *stream) ask(ctx context.Context, c *client, transport *http.Transport, method string, at *url.URL, header http.Header) (*http.Response, error) {
	for {
		request, err := http.NewRequestWithContext(ctx, method, at.String(), nil)
		if err != nil {
			return nil, err
		}
		c.dress(request, header)
		response, err := transport.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		next, err := redirected(response, at)
		if err != nil || next == nil || len(s.moved) == mostRedirects {
			return response, nil //nolint:nilerr // a redirect that is not followed is the answer
		}
		_ = response.Body.Close()
		s.moved = append(s.moved, fmt.Sprintf("%d to %s", response.StatusCode, next))
		at = next
	}
}

// transport is a fresh one: each probe is a client of its own.
func (c *client) transport() *http.Transport {
	return &http.Transport{
		TLSClientConfig: c.tls.Clone(), ForceAttemptHTTP2: true, DisableCompression: true,
		TLSHandshakeTimeout: dialPatience, DialContext: dial,
	}
}

// dress puts the headers on a request: those of the probe, and those that were asked for.
func (c *client) dress(r *http.Request, header http.Header) {
	r.Header.Set("User-Agent", "pushbench-doctor")
	for _, more := range []http.Header{header, c.header} {
		for name, values := range more {
			r.Header[name] = values
		}
	}
	r.Host = c.host
}

// unanswered is a request without a head: one that was sent is evidence, another an error.
func (s *stream) unanswered(cause error, began *sent, err error) error {
	if began.at.IsZero() {
		return unreachable(err)
	}
	s.kept = time.Since(began.at)
	s.longest = s.kept
	if errors.Is(cause, errKept) {
		return nil
	}
	s.end = &ending{how: broken(err), lived: s.kept, silent: s.kept}
	return nil
}

// read takes the head and the body of a response.
func (s *stream) read(ctx context.Context, r *http.Response, began *sent, enough func() bool) {
	s.answer = &answer{proto: r.Proto, status: r.StatusCode, header: r.Header, took: began.headed, tls: r.TLS != nil}
	if r.TLS != nil {
		s.answer.alpn = r.TLS.NegotiatedProtocol
	}
	if r.StatusCode == http.StatusSwitchingProtocols { // though nobody asked: what follows is a connection that no context ends
		s.kept = time.Since(began.at)
		return
	}
	s.coding = strings.ToLower(r.Header.Get("Content-Encoding"))
	var body io.Reader = timed{r.Body, s, began.at}
	var err error
	if s.coding == "gzip" {
		body, err = gzip.NewReader(body)
	}
	buffer := make([]byte, 32<<10)
	for err == nil {
		var n int
		n, err = body.Read(buffer)
		at := time.Since(began.at)
		if s.answer.status != http.StatusOK {
			if s.answer.line = firstLine(s.answer.line, buffer[:n]); len(s.answer.line) > mostQuoted {
				return
			}
			continue
		}
		s.feed(buffer[:n], at)
		if enough() {
			return
		}
	}
	s.kept = time.Since(began.at)
	silent := s.kept - max(s.last, s.answer.took)
	s.longest = max(s.longest, silent)
	if errors.Is(context.Cause(ctx), errKept) || ctx.Err() != nil {
		return
	}
	s.end = &ending{how: broken(err), clean: errors.Is(err, io.EOF), lived: s.kept, silent: silent}
}

// timed notes when bytes of a body came, as they were on the wire.
type timed struct {
	io.Reader
	s     *stream
	began time.Time
}

func (t timed) Read(b []byte) (int, error) {
	n, err := t.Reader.Read(b)
	if n > 0 {
		at := time.Since(t.began)
		if t.s.first == 0 {
			t.s.first = at
		}
		t.s.longest = max(t.s.longest, at-t.s.last)
		t.s.last = at
	}
	return n, err
}
