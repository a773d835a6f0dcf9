package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

// post publishes by requests.
type post struct {
	wire.Publisher
	client *http.Client
	body   *template.Template
	where  string // of all requests, as errors name it
	busy   sync.Mutex
	last   uint64 // sequence number of the newest message
}

const (
	dialTimeout = 10 * time.Second
	mostAnswer  = 16 << 10 // bytes that are read; a connection with more is closed
	shownAnswer = 200      // characters of an answer that are kept
)

func newPost(c wire.Publisher) (*post, error) {
	body, err := wire.PublishTemplate(c.Body, wire.Environment)
	if err != nil {
		return nil, fmt.Errorf("the body to publish: %w", err)
	}
	p := &post{Publisher: c, body: body, where: c.Method + " " + secret.Mask(c.URL)}
	to, err := url.Parse(c.URL)
	if err != nil {
		return nil, errors.New("the URL to publish to is none")
	}
	config, err := c.Trust.Config(to.Hostname())
	if err != nil {
		return nil, err
	}
	// No proxy: one in the environment is for other servers. No redirect: it would lead to a server the lane file
	// does not name.
	p.client = &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
			MaxIdleConnsPerHost: max(1, c.Concurrency), DisableCompression: true, TLSClientConfig: config,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	_, err = p.request(context.Background(), nil)
	return p, err
}

func (p *post) request(ctx context.Context, data []byte) (*http.Request, error) {
	var body bytes.Buffer
	if err := p.body.Execute(&body, wire.Message{Payload: string(data)}); err != nil {
		return nil, fmt.Errorf("the body to publish: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, p.Method, p.URL, &body)
	if err != nil {
		return nil, err
	}
	for name, values := range p.Header {
		r.Header[name] = values
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	return r, nil
}

// unanswered is the error of a server that has not answered in time.
type unanswered struct{ error }

func (u unanswered) Unwrap() error { return u.error }

// send publishes one message, and returns what the server answered: the status and the beginning of the body.
func (p *post) send(ctx context.Context, seq uint64, data []byte) (answer string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	late := unanswered{fmt.Errorf("the server did not answer publish of message %d within %v: %s", seq, p.Patience, p.where)}
	if p.Patience > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, p.Patience, late)
		defer cancel()
	}
	resp, err := p.try(ctx, data)
	if err == nil {
		defer resp.Body.Close() //nolint:errcheck // what matters of it was read
		var text []byte
		text, err = io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
		if len(text) == mostAnswer {
			cancel() // there is more, which is not waited for
		}
		answer = strings.TrimSuffix(resp.Status+": "+beginning(text), ": ")
		if refused := p.refused(resp, string(text), answer); refused != nil {
			return answer, refused
		}
	}
	if errors.Is(context.Cause(ctx), late) {
		return answer, late
	}
	if err != nil {
		var request *url.Error // has the URL with its secrets
		if errors.As(err, &request) {
			err = request.Err
		}
		return answer, fmt.Errorf("%s: %w", p.where, err)
	}
	return answer, nil
}

// beginning is how an answer begins, on one line and without secrets.
func beginning(text []byte) string {
	all := []rune(strings.Join(strings.Fields(plain.Line(secret.Mask(string(text)))), " "))
	if len(all) > shownAnswer {
		return string(all[:shownAnswer]) + "..."
	}
	return string(all)
}

// refused is why the server did not take the message; nil: it did.
func (p *post) refused(resp *http.Response, text, answer string) error {
	to, err := resp.Location()
	switch {
	case err == nil && resp.StatusCode/100 == 3:
		return fmt.Errorf("publish: %d, redirected to %s: write that into the lane file", resp.StatusCode, secret.Mask(to.String()))
	case resp.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("%s: %s", p.where, answer)
	case !strings.Contains(text, p.Answer):
		return fmt.Errorf("%s: the answer does not contain %q: %s", p.where, p.Answer, answer)
	default:
		return nil
	}
}

// try makes a request, and makes it anew when the server has closed the kept connection it was sent on without a word:
// servers do that to connections that rest, and net/http does not try again whatever the method and the error.
func (p *post) try(ctx context.Context, data []byte) (*http.Response, error) {
	var kept, begun atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(c httptrace.GotConnInfo) { kept.Store(c.Reused) },
		GotFirstResponseByte: func() { begun.Store(true) },
	})
	for {
		r, err := p.request(traced, data)
		if err != nil {
			return nil, err
		}
		resp, err := p.client.Do(r)
		if err == nil || !kept.Load() || begun.Load() || !closed(err) {
			return resp, err
		}
		p.client.CloseIdleConnections() // the others are as old; the next one is new or fails alike
	}
}

// closed reports whether the other side has ended a connection.
func closed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.Contains(err.Error(), "server closed idle connection") // which net/http does not export
}
