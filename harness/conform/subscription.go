package conform

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// subscription has several subscribers wait for a first message.
func subscription(ctx context.Context, h *session) error {
	const subscribers = 8
	if h.target.External != nil {
		all, last, err := h.receiving(ctx, subscribers)
		if err != nil {
			return err
		}
		return h.punctual(ctx, all, last)
	}
	all, err := h.open(ctx, subscribers, wire.Live)
	if err != nil {
		return err
	}
	done, err := h.broadcast(ctx, 1, 64)
	if err != nil {
		return err
	}
	for i, s := range all {
		if err := s.run(ctx, done.After, done.Through); err != nil {
			return fmt.Errorf("subscriber %d: %w", i+1, err)
		}
	}
	return nil
}

// punctual waits until all have the last message. One that only arrives with the next is late, not lost.
func (h *session) punctual(ctx context.Context, all []*Subscriber, last uint64) error {
	came := make(chan error, 1)
	go func() { came <- arrives(ctx, all, last) }()
	deadline, _ := ctx.Deadline()
	half := time.NewTimer(time.Until(deadline) / 2)
	defer half.Stop()
	select {
	case err := <-came:
		return err
	case <-half.C:
	}
	if _, err := h.broadcast(ctx, 1, 64); err != nil {
		h.hangUp()
		if failed := <-came; ctx.Err() != nil {
			err = failed
		}
		return err
	}
	if err := <-came; err != nil {
		return err
	}
	return fmt.Errorf("message %d came with the next one: each event ends when the next begins: is its empty line written with it?", last)
}

// arrives returns when all have a message.
func arrives(ctx context.Context, all []*Subscriber, number uint64) error {
	var readers sync.WaitGroup
	read := make([]error, len(all))
	for i, s := range all {
		readers.Go(func() {
			if err := s.await(ctx, func() bool { return s.last(0) >= number }); err != nil {
				read[i] = fmt.Errorf("subscriber %d: message %d did not come: %w", i+1, number, err)
			}
		})
	}
	readers.Wait()
	return cmp.Or(read...)
}

// hadOne returns when every subscriber has had a message, or the error of those that have had none.
func hadOne(ctx context.Context, all []*Subscriber) error {
	var readers sync.WaitGroup
	read := make([]error, len(all))
	for i, s := range all {
		readers.Go(func() {
			read[i] = s.await(ctx, func() bool { return len(s.payloads) > 0 })
		})
	}
	readers.Wait()
	var first error
	without := 0
	for i, err := range read {
		if err == nil {
			continue
		}
		if without++; without == 1 {
			first = err
			if errors.Is(err, context.Cause(ctx)) {
				first = fmt.Errorf("%s (%w)", all[i].silence(), err)
			}
		}
	}
	if without == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d subscribers received nothing: %w", without, len(all), first)
}

// evidence is the begin of what a connection received, as it came.
type evidence struct {
	begin []byte
	total int
}

const evidenceKept = 4 << 10

func (e *evidence) see(in []byte) {
	e.begin = append(e.begin, in[:min(len(in), evidenceKept-len(e.begin))]...)
	e.total += len(in)
}

// answer is the status of the response that the bytes begin with, and what there is of its body; status 0: they begin with none.
func (e *evidence) answer() (status int, body []byte) {
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(e.begin)), nil)
	if err != nil {
		return 0, e.begin
	}
	defer r.Body.Close()         //nolint:errcheck // bytes in memory
	body, _ = io.ReadAll(r.Body) // it may end anywhere
	if r.StatusCode == http.StatusSwitchingProtocols {
		_, body, _ = bytes.Cut(e.begin, []byte("\r\n\r\n"))
	}
	return r.StatusCode, body
}

// silence describes the data that a subscriber got without a message, and the likely cause.
func (s *Subscriber) silence() string {
	_, body := s.seen.answer()
	const shown = 80
	begin := body[:min(len(body), shown)]
	switch {
	case s.seen.total == 0:
		return "the connection was accepted, and not one byte came, whatever was published"
	case !s.decoder.Head():
		return fmt.Sprintf("no head of an answer is complete: it begins with %.80q", s.seen.begin)
	case len(s.others) > 0:
		return fmt.Sprintf("what came is none of the messages published: it begins with %q: %s", s.others[0][:min(len(s.others[0]), shown)], cmp.Or(s.misread, "is the envelope right?"))
	case len(body) == 0:
		return "the subscription was accepted, and not one byte came behind the head: does the server wait for a message of its subscribers, or compress and not flush?"
	case s.target.Transport == "sse" && !bytes.Contains(body, []byte("data:")):
		return fmt.Sprintf("bytes came and no event: they begin with %q, and no line with data:", begin)
	default:
		return fmt.Sprintf("bytes came and no message: they begin with %q", begin)
	}
}
