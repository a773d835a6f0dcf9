package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

// requests publish each message by a request of its own.
type requests struct {
	wire.Publisher
	client *http.Client
}

// mostAnswer is how many bytes of an answer are read; a connection with more is closed.
const mostAnswer = 16 << 10

func openRequests(ctx context.Context, c wire.Publisher, _ context.CancelCauseFunc) (way, error) {
	p := &requests{Publisher: c}
	r, err := p.request(ctx, "")
	if err != nil {
		return nil, err
	}
	config, err := c.Trust.Config(r.URL.Hostname())
	if err != nil {
		return nil, err
	}
	// No redirect: it would lead to a server the lane file does not name.
	p.client = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer().DialContext, MaxIdleConnsPerHost: max(1, c.Concurrency), DisableCompression: true, TLSClientConfig: config,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, nil
}

func (p *requests) close() { p.client.CloseIdleConnections() }

func (p *requests) request(ctx context.Context, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, p.Method, p.URL, strings.NewReader(body))
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

// send makes the request when its answer is waited for: the next one may be under way at the same time. The answer is the status and the
// beginning of the body.
func (p *requests) send(_ context.Context, body string) (answered, error) {
	return func(ctx context.Context) (answer string, err error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		resp, err := p.try(ctx, body)
		if err != nil {
			return "", withoutURL(err)
		}
		defer resp.Body.Close() //nolint:errcheck // what matters of it was read
		text, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
		if len(text) == mostAnswer {
			cancel() // there is more, which is not waited for
		}
		answer = strings.TrimSuffix(resp.Status+": "+beginning(text), ": ")
		if refused := p.refused(resp, string(text), answer); refused != nil {
			return answer, refused
		}
		return answer, err
	}, nil
}

// withoutURL is the error of a request without its URL, which has secrets.
func withoutURL(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

// refused is why the server did not take the message; nil: it did.
func (p *requests) refused(resp *http.Response, text, answer string) error {
	to, err := resp.Location()
	switch {
	case err == nil && resp.StatusCode/100 == 3:
		return fmt.Errorf("%d, redirected to %s: write that into the lane file", resp.StatusCode, secret.Mask(to.String()))
	case resp.StatusCode >= http.StatusMultipleChoices:
		return errors.New(answer)
	case !strings.Contains(text, p.Answer):
		return fmt.Errorf("the answer does not contain %q: %s", p.Answer, answer)
	default:
		return nil
	}
}

// try makes a request, and makes it anew when the server has closed the kept connection it was sent on without a word:
// servers do that to connections that rest, and net/http does not try again whatever the method and the error.
func (p *requests) try(ctx context.Context, body string) (*http.Response, error) {
	var kept, begun atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(c httptrace.GotConnInfo) { kept.Store(c.Reused) },
		GotFirstResponseByte: func() { begun.Store(true) },
	})
	for {
		r, err := p.request(traced, body)
		if err != nil {
			return nil, err
		}
		resp, err := p.client.Do(r)
		if err == nil || !kept.Load() || begun.Load() || !hungUp(err) {
			return resp, err
		}
		p.client.CloseIdleConnections() // the others are as old; the next one is new or fails alike
	}
}

// hungUp reports whether the other side has ended a connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.Contains(err.Error(), "server closed idle connection") // which net/http does not export
}
