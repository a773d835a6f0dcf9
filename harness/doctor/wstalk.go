package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// talk is what came over one upgraded connection.
type talk struct {
	pings     []time.Duration
	messages  int
	sample    string                   // the begin of the first message
	pongs     map[string]time.Duration // by payload, the first of each
	longest   time.Duration            // silence
	kept      time.Duration
	violation string // of the protocol by the server; the first one
	deflates  bool

	unreadable bool // nothing can be read behind the violation

	close *frame  // the server's close frame
	end   *ending // nil: it went on
}

// closeText is the server's close frame in words.
func (t *talk) closeText() string {
	code, reason := t.close.closed()
	text := fmt.Sprintf("close %d", code)
	if code == closeNone {
		text = "close without a code"
	}
	if reason != "" {
		text += fmt.Sprintf(" %q", reason)
	}
	return text
}

// follow takes frames for as long as hold, answers pings and the server's close, and stops where enough says so.
func (w *wsConn) follow(ctx context.Context, t *talk, hold time.Duration, enough func() bool) {
	timer := time.NewTimer(hold)
	defer timer.Stop()
	last := time.Since(w.began)
	seen := func() (silent time.Duration) {
		t.kept = time.Since(w.began)
		silent = t.kept - last
		t.longest = max(t.longest, silent)
		return silent
	}
	for !enough() {
		select {
		case f, open := <-w.frames:
			if !open {
				t.ended(w.failed, seen())
				return
			}
			seen()
			last = f.at
			w.take(t, f)
		case <-timer.C:
			seen()
			return
		case <-ctx.Done():
			return
		}
	}
}

// ended notes the end of a connection, or why it cannot be read any more.
func (t *talk) ended(err error, silent time.Duration) {
	if errors.Is(err, errFrame) {
		t.violation, t.unreadable = err.Error(), true
		return
	}
	how := broken(err)
	if errors.Is(err, io.EOF) {
		how = "the connection ended without a close frame"
	}
	if t.close != nil {
		how = t.closeText()
	}
	t.end = &ending{how: how, clean: t.close != nil, lived: t.kept, silent: silent}
}

// take notes one frame and answers it.
func (w *wsConn) take(t *talk, f frame) {
	if v := f.violation(t.deflates); v != "" && t.violation == "" {
		t.violation = v
	}
	switch f.op {
	case opPing:
		if len(t.pings) < mostItems {
			t.pings = append(t.pings, f.at)
		}
		_, _ = w.Write(pong(f.payload)) // a connection that has ended says so when it is read
	case opPong:
		if _, twice := t.pongs[string(f.payload)]; !twice && len(t.pongs) < mostItems {
			t.pongs[string(f.payload)] = f.at
		}
	case opClose:
		if t.close == nil {
			t.close = &f
			code, _ := f.closed()
			_, _ = w.Write(closing(code))
		}
	default:
		if f.op != opContinuation {
			if t.messages++; t.messages == 1 {
				t.sample = string(f.payload)
			}
		}
	}
}

// newTalk is one that begins.
func newTalk(deflates bool) *talk {
	return &talk{pongs: map[string]time.Duration{}, deflates: deflates}
}
