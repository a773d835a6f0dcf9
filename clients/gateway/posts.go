package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// Posts is what a client says beside its subscription: each request a stream of its own on the connection the subscription is
// on by then. What is written is a request, and what is read its answer.
type Posts struct {
	find    func() http.RoundTripper
	target  *wire.Target
	ctx     context.Context // of the life of all requests, which Close ends
	cancel  context.CancelFunc
	answers chan answer
	rest    []byte // of an answer, what is not read yet
}

type answer struct {
	response []byte
	err      error
}

var errAlone = errors.New("the client has no subscription whose connection could carry what it says")

// Speak opens a client's posts, and sends the first. What find returns is the connection of its subscription; nil: it has none now.
func Speak(d fleet.Dial, trace fleet.ConnectionTrace, find func() http.RoundTripper) (*Posts, error) {
	p := &Posts{find: find, target: d.Target, answers: make(chan answer, 1)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	trace.Joined()
	if _, err := p.Write(d.Request); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Write sends a request; it does not wait for the answer.
func (p *Posts) Write(b []byte) (int, error) {
	request, err := Translate(p.ctx, b, p.target)
	if err != nil {
		return 0, err
	}
	on := p.find()
	if on == nil {
		return 0, errAlone
	}
	go func() {
		a := ask(on, request)
		select {
		case p.answers <- a:
		case <-p.ctx.Done():
		}
	}()
	return len(b), nil
}

// mostAnswered bounds the body of an answer, in bytes.
const mostAnswered = 1 << 20

// ask returns the answer to a request as one of HTTP/1.1.
func ask(on http.RoundTripper, request *http.Request) answer {
	response, err := on.RoundTrip(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswered))
	if err != nil {
		return answer{err: err}
	}
	if len(body) > 0 {
		response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return answer{response: append(http1.Head(response), body...)}
}

// Read returns what was answered.
func (p *Posts) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		select {
		case a := <-p.answers:
			if a.err != nil {
				return 0, a.err
			}
			p.rest = a.response
		case <-p.ctx.Done():
			return 0, context.Cause(p.ctx)
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// Close ends what is under way, and leaves the connection to the subscription.
func (p *Posts) Close() error {
	p.cancel()
	return nil
}
