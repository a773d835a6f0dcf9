package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// appender sends messages to one server, and knows which of them each of its processes has taken.
type appender struct {
	server   int
	patience time.Duration
	ctx      context.Context //nolint:containedctx // of the publisher process
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu       sync.Mutex
	answered *sync.Cond // nothing is pending
	to       wire.Control
	process  int          // of the server, which to leads to
	conn     net.Conn     // nil: there is none
	full     bool         // conn has not taken a message; it is only read, for the answers to those before
	pending  []uint64     // sent on conn and not answered
	given    []wire.Given // of the broadcast
}

func newAppender(ctx context.Context, server int, patience time.Duration) *appender {
	a := &appender{server: server, patience: patience}
	a.ctx, a.cancel = context.WithCancel(ctx)
	a.answered = sync.NewCond(&a.mu)
	return a
}

// close ends the connection and waits for what reads it.
func (a *appender) close() {
	a.cancel()
	a.mu.Lock()
	a.drop()
	a.mu.Unlock()
	a.running.Wait()
}

// connect has messages sent to a process from now on: a fresh one where restarts is 1.
func (a *appender) connect(to wire.Control, restarts int) error {
	conn, r, err := dialAppend(a.ctx, to, a.patience)
	if err != nil {
		return fmt.Errorf("server %d: %w", a.server, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drop()
	a.to, a.process = to, a.process+restarts
	a.use(conn, r)
	return nil
}

// use sends on a connection from now on; mu is locked.
func (a *appender) use(conn net.Conn, r io.ByteReader) {
	if a.ctx.Err() != nil {
		_ = conn.Close()
		return
	}
	a.conn, a.full = conn, false
	a.running.Go(func() { a.read(conn, r) })
}

// send sends one message if there is a connection, and waits no longer than patience until the kernel has room for it.
func (a *appender) send(number uint64, message []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn == nil || a.full {
		a.record().Refused.Add(number)
		return
	}
	if len(a.pending) == 0 {
		_ = a.conn.SetReadDeadline(a.deadline()) // fails where the connection has ended, as what follows does
	}
	a.pending = append(a.pending, number)
	_ = a.conn.SetWriteDeadline(a.deadline())
	if _, err := a.conn.Write(message); err != nil {
		a.full = true // answers to what came before may still be read
	}
}

// deadline is when a server has been too slow; of a socket it is a time of the wall clock.
func (a *appender) deadline() time.Time {
	return time.Now().Add(a.patience) //nolint:forbidigo // no message is measured by it
}

// read notes the answers until the connection ends.
func (a *appender) read(conn net.Conn, r io.ByteReader) {
	for {
		answer, err := r.ReadByte()
		a.mu.Lock()
		if a.conn != conn {
			a.mu.Unlock()
			return
		}
		if err != nil || !a.note(answer) {
			a.drop()
			if a.ctx.Err() == nil {
				to := a.to
				a.running.Go(func() { a.reconnect(to) })
			}
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
	}
}

// note takes the answer to the oldest message that has none; false: there is no such message or answer. mu is locked.
func (a *appender) note(answer byte) bool {
	if len(a.pending) == 0 {
		return false
	}
	switch number := a.pending[0]; answer {
	case wire.Appended:
		a.record().Taken.Add(number)
	case wire.Repeated:
		a.record().Refused.Add(number)
	default:
		return false
	}
	a.pending = a.pending[1:]
	var deadline time.Time
	if len(a.pending) > 0 {
		deadline = a.deadline()
	} else {
		a.answered.Broadcast()
	}
	_ = a.conn.SetReadDeadline(deadline) // fails where the connection has ended, as the next read does
	return true
}

// drop ends the connection, if there is one. What was not answered on it never will be. mu is locked.
func (a *appender) drop() {
	if a.conn == nil {
		return
	}
	_ = a.conn.Close()
	a.conn = nil
	for _, number := range a.pending {
		a.record().Unknown.Add(number)
	}
	a.pending = nil
	a.answered.Broadcast()
}

// record is the process's; mu is locked.
func (a *appender) record() *wire.Given {
	if n := len(a.given); n == 0 || a.given[n-1].Process != a.process {
		a.given = append(a.given, wire.Given{Server: a.server, Process: a.process})
	}
	return &a.given[len(a.given)-1]
}

// collect waits for the answers, and returns the records since the last call. The wait is bounded by that for one answer.
func (a *appender) collect() []wire.Given {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.pending) > 0 {
		a.answered.Wait()
	}
	given := a.given
	a.given = nil
	return given
}

const reconnectEvery = 50 * time.Millisecond

// reconnect tries to reach the same process until it does or another has come in its place: it may have been too slow, and not
// dead.
func (a *appender) reconnect(to wire.Control) {
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-time.After(reconnectEvery):
		}
		conn, r, err := dialAppend(a.ctx, to, a.patience)
		a.mu.Lock()
		replaced := a.conn != nil || a.to != to
		switch {
		case err == nil && replaced:
			_ = conn.Close()
		case err == nil:
			a.use(conn, r)
		}
		a.mu.Unlock()
		if err == nil || replaced {
			return
		}
	}
}

// shownAnswer is how many bytes of a refusal are shown.
const shownAnswer = 200

// dialAppend opens a connection to a server's append.
func dialAppend(ctx context.Context, to wire.Control, patience time.Duration) (net.Conn, *bufio.Reader, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL+"/append", nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header = http.Header{"Authorization": {"Bearer " + to.Token}, "Connection": {"Upgrade"}, "Upgrade": {wire.AppendProtocol}}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.URL.Host)
	if err != nil {
		return nil, nil, fmt.Errorf("append: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	answers := bufio.NewReader(conn)
	if err := upgrade(conn, answers, r); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("append at %s: %w", to.URL, err), conn.Close())
	}
	return conn, answers, nil
}

// upgrade asks for the protocol and waits until it is agreed on.
func upgrade(w io.Writer, answers *bufio.Reader, r *http.Request) error {
	if err := r.Write(w); err != nil {
		return err
	}
	resp, err := http.ReadResponse(answers, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // of 101 it is empty
	if resp.StatusCode != http.StatusSwitchingProtocols {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, shownAnswer))
		return fmt.Errorf("%s: %s", resp.Status, strings.TrimSpace(string(text)))
	}
	return nil
}
