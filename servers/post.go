package servers

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/sender"
)

// Post is the publisher process: it runs the control API's broadcasts until ctx ends; its ready line has no URL of subscribers.
func Post(ctx context.Context, c wire.Publisher, ready io.Writer) error {
	token := rand.Text()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	mux := http.NewServeMux()
	if len(c.Servers) > 0 {
		all, err := newAppenders(ctx, c)
		if err != nil {
			return err
		}
		defer all.close()
		mux.HandleFunc("POST /broadcast", broadcasts(ctx, all.run))
		mux.HandleFunc("POST /retarget", all.retarget)
	} else {
		s, err := sender.Open(ctx, c)
		if err != nil {
			return err
		}
		defer s.Close()
		defer context.AfterFunc(s.Alive(), func() { cancel(context.Cause(s.Alive())) })()
		p := &post{Sender: s}
		mux.HandleFunc("POST /broadcast", broadcasts(ctx, p.run))
	}
	api, err := serveControl(ctx, withToken(token, mux), cancel)
	if err != nil {
		return err
	}
	defer api.close()
	if err := json.NewEncoder(ready).Encode(wire.Ready{Lane: c.Lane, PID: os.Getpid(), Token: token, Control: api.url}); err != nil {
		return fmt.Errorf("ready line: %w", err)
	}
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// post publishes to a server that is not ours.
type post struct {
	*sender.Sender
	busy sync.Mutex
	last uint64 // sequence number of the newest message
}

// posts is the outlet of one broadcast. With one request at a time the server has the messages in their order, and a late answer delays
// those behind it, whose latencies count from when they were due. With more, a message waits for the answer to the one that many before it:
// that is how far it may be overtaken. Over a connection to a broker each message leaves when it is due, and in order.
type posts struct {
	*post
	ctx     context.Context //nolint:containedctx // of the broadcast
	abandon context.CancelCauseFunc
	slots   []chan struct{} // of messages by number, empty while a request is under way
	pending sync.WaitGroup

	mu     sync.Mutex
	failed int
	first  error
	answer string // the last one
}

// run publishes one broadcast and waits for all answers. The error has how many messages the server did not take, or which
// of them it did not answer.
func (p *post) run(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	if !p.busy.TryLock() {
		return wire.Published{}, errBusy
	}
	defer p.busy.Unlock()
	ctx, abandon := context.WithCancelCause(ctx)
	defer abandon(nil)
	all := &posts{post: p, ctx: ctx, abandon: abandon}
	for range p.Overlap() {
		slot := make(chan struct{}, 1)
		slot <- struct{}{}
		all.slots = append(all.slots, slot)
	}
	done, err := (&publisher{outlet: all}).run(ctx, b)
	all.pending.Wait()
	done.Waits = "" // those of this process are not the server's
	done.Answer = all.answer
	switch {
	case p.Alive().Err() != nil:
		err = context.Cause(p.Alive()) // which has ended the rest
	case ctx.Err() != nil:
		err = context.Cause(ctx) // the last message may have been under way
	case err == nil && all.failed > 0:
		err = fmt.Errorf("%d of %d messages were not published, the first: %w", all.failed, b.Count, all.first)
	}
	return done, err
}

func (a *posts) Last() uint64 { return a.last }

func (a *posts) slot(seq uint64) chan struct{} { return a.slots[seq%uint64(len(a.slots))] }

// Wait waits until the next message may be sent.
func (a *posts) Wait() {
	select {
	case <-a.slot(a.last + 1):
	case <-a.ctx.Done():
	}
}

func (a *posts) Publish(data []byte) uint64 {
	a.last++
	seq := a.last
	stamp, _ := wire.ParseStamp(data) // our own
	if late := time.Duration(wire.Now() - stamp.Intended); a.Patience > 0 && late > a.Patience && a.ctx.Err() == nil {
		hint := "lower the rate"
		if a.By == wire.ByRequest {
			hint += ", or let requests overlap with publish: {concurrency: 8}"
		}
		a.abandon(fmt.Errorf("the answers to publish come too slowly: message %d was sent %v after it was due: %s", seq, late.Round(time.Millisecond), hint))
	}
	answered := a.Send(a.ctx, seq, data)
	a.pending.Go(func() {
		answer, err := answered()
		a.note(seq, answer, err)
		a.slot(seq) <- struct{}{}
	})
	return seq
}

// note keeps what became of a message.
func (a *posts) note(seq uint64, answer string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if answer != "" {
		a.answer = answer
	}
	if errors.As(err, new(sender.Ended)) {
		a.abandon(err)
	}
	if err == nil {
		return
	}
	if a.failed++; a.failed == 1 {
		a.first = fmt.Errorf("message %d: %w", seq, err)
	}
}
