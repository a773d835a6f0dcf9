// Package sender hands messages to servers that are not ours, in the ways that these are published to in production: by a request, over
// a broker they listen to, as one client of many, or by a program.
//
// It stands below servers, whose publisher process decides when a message is due. One file is one way; ways is the table.
package sender

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"text/template"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	dialTimeout = 10 * time.Second
	shownAnswer = 200 // characters of an answer that are kept

	// mostUnanswered is how many messages may be without an answer on a connection that keeps their order.
	mostUnanswered = 1000
)

// ways is THE TABLE: how each is opened. Its connection calls lost when it ends by itself.
func ways() map[string]func(ctx context.Context, p wire.Publisher, lost context.CancelCauseFunc) (way, error) {
	return map[string]func(context.Context, wire.Publisher, context.CancelCauseFunc) (way, error){
		wire.ByRequest:   openRequests,
		wire.ByRedis:     openRedis,
		wire.ByNATS:      openNATS,
		wire.ByAMQP:      openAMQP,
		wire.ByWebSocket: openWebSocket,
		wire.ByCommand:   openCommand,
	}
}

// way is one of publishing.
type way interface {
	// send hands over one message; where the connection keeps the order, it has left when send returns. The func waits until it is known
	// to have been taken, and has what the other side said to it; it may be empty.
	send(ctx context.Context, message string) (answered answered, err error)
	close()
}

type answered func(ctx context.Context) (answer string, err error)

// taken is the answer of those that say nothing.
func taken(context.Context) (string, error) { return "", nil }

// Sender has messages published in one way.
type Sender struct {
	wire.Publisher
	way   way
	body  *template.Template
	where string          // as errors name it
	alive context.Context //nolint:containedctx // the life of the connection
}

// Open connects to what takes the messages. Requests connect when they are made.
func Open(ctx context.Context, p wire.Publisher) (*Sender, error) {
	body, err := wire.PublishTemplate(p.Body, wire.Environment)
	if err != nil {
		return nil, fmt.Errorf("the body to publish: %w", err)
	}
	p.By = cmp.Or(p.By, wire.ByRequest)
	open, ok := ways()[p.By]
	if !ok {
		return nil, fmt.Errorf("no way to publish is called %q", p.By)
	}
	where, err := place(p)
	if err != nil {
		return nil, err
	}
	s := &Sender{Publisher: p, body: body, where: where}
	if _, err := s.render(nil); err != nil {
		return nil, err
	}
	alive, lost := context.WithCancelCause(context.WithoutCancel(ctx))
	s.alive = alive
	opening := ctx
	if p.Patience > 0 {
		var cancel context.CancelFunc
		opening, cancel = context.WithTimeout(ctx, max(p.Patience, dialTimeout))
		defer cancel()
	}
	s.way, err = open(opening, p, func(why error) { lost(fmt.Errorf("%s: %w", where, why)) })
	if err != nil {
		err = fmt.Errorf("%s: %w", where, err)
		lost(err)
		return nil, err
	}
	return s, nil
}

// place is what is published to, without secrets.
func place(p wire.Publisher) (string, error) {
	if p.By == wire.ByCommand {
		return "command " + plain.Line(p.Command[0]), nil
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		return "", errors.New("the URL to publish to is none")
	}
	switch p.By {
	case wire.ByRequest:
		return p.Method + " " + secret.Mask(p.URL), nil
	case wire.ByWebSocket:
		return secret.Mask(p.URL), nil
	default:
		return p.By + " at " + cmp.Or(u.Host, u.Path), nil
	}
}

// Reach connects and leaves.
func Reach(ctx context.Context, p wire.Publisher) error {
	s, err := Open(ctx, p)
	if err == nil {
		s.Close()
	}
	return err
}

// Close ends the connection.
func (s *Sender) Close() { s.way.close() }

// Alive ends with the connection, and has why.
func (s *Sender) Alive() context.Context { return s.alive }

// Overlap is how many messages may be without an answer at once.
func (s *Sender) Overlap() int {
	if s.By == wire.ByRequest {
		return max(1, s.Concurrency)
	}
	return mostUnanswered
}

// Ended is the error of a message behind which no other can be published.
type Ended struct{ error }

func (e Ended) Unwrap() error { return e.error }

// Send has one message published: data, in the body. The func waits for what became of it. Messages are taken in the order of the calls, but
// for requests that overlap.
func (s *Sender) Send(ctx context.Context, seq uint64, data []byte) (answered func() (answer string, err error)) {
	text, err := s.render(data)
	if err != nil {
		return func() (string, error) { return "", err }
	}
	late := Ended{fmt.Errorf("the server did not answer publish of message %d within %v: %s", seq, s.Patience, s.where)}
	cancel := func() {}
	if s.Patience > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, s.Patience, late)
	}
	wait, err := s.way.send(ctx, text)
	return func() (answer string, _ error) {
		defer cancel()
		if err == nil {
			answer, err = wait(ctx)
		}
		switch {
		case err == nil:
			return answer, nil
		case errors.Is(context.Cause(ctx), late):
			return answer, late
		case s.By == wire.ByRequest:
			return answer, fmt.Errorf("%s: %w", s.where, err)
		case s.Patience > 0 && errors.Is(err, os.ErrDeadlineExceeded): // on a socket, just before that of ctx
			return answer, late
		case ctx.Err() != nil:
			return answer, Ended{context.Cause(ctx)}
		default:
			return answer, s.ended(err)
		}
	}
}

// lostWithin is how long an error of a connection may be ahead of why that has ended.
const lostWithin = time.Second

// ended is the error of a connection, or why it has ended.
func (s *Sender) ended(err error) error {
	select {
	case <-s.alive.Done():
		return Ended{context.Cause(s.alive)}
	case <-time.After(lostWithin):
		return Ended{fmt.Errorf("%s: %w", s.where, err)}
	}
}

// render is a message as it is sent.
func (s *Sender) render(data []byte) (string, error) {
	var b bytes.Buffer
	if err := s.body.Execute(&b, wire.Message{Payload: string(data)}); err != nil {
		return "", fmt.Errorf("the body to publish: %w", err)
	}
	return b.String(), nil
}

// beginning is how an answer begins, on one line and without secrets.
func beginning(text []byte) string {
	all := []rune(strings.Join(strings.Fields(plain.Line(secret.Mask(string(text)))), " "))
	if len(all) > shownAnswer {
		return string(all[:shownAnswer]) + "..."
	}
	return string(all)
}

// dialer is of all connections: no proxy, which in the environment is for other servers.
func dialer() *net.Dialer { return &net.Dialer{Timeout: dialTimeout} }
