package trial

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/internal/secret"
)

const (
	readyPause  = 5 * time.Millisecond // between questions: a port nobody listens on refuses at once
	askPatience = time.Second          // for one answer
)

// ready waits until the server answers.
func (x *external) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var exited <-chan struct{}
	if x.held != nil {
		exited = x.held.exited
	}
	for last := error(nil); ; {
		err := x.ask(ctx)
		if err == nil {
			return nil
		}
		if x.held == nil && errors.Is(err, syscall.ECONNREFUSED) { // it runs already, or does not
			return fmt.Errorf("server %s: %w: is it started?", x.lane.Name, err)
		}
		// The answer that the deadline has cut short says less than the one before.
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-time.After(readyPause):
		case <-exited:
			return x.held.death()
		case <-ctx.Done():
			if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
				return cause
			}
			return fmt.Errorf("server %s was not ready within %v: %w%s", x.lane.Name, readyTimeout, last, x.elsewhere())
		}
	}
}

// ask asks once. The error says what was asked, and what came.
func (x *external) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	if x.filled.health == nil {
		_, err := connect(ctx, x.addresses)
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.filled.health.String(), http.NoBody)
	if err != nil {
		return err
	}
	if user := r.URL.User; user != nil { // a client would have set it, a transport does not
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("GET %s: %w", secret.Mask(x.filled.health.String()), reason(err))
	}
	defer resp.Body.Close() //nolint:errcheck // what it says beyond the first line does not matter
	if resp.StatusCode < http.StatusBadRequest {
		return nil
	}
	text := resp.Status
	if line := firstLine(resp); line != "" {
		text += ": " + line
	}
	return fmt.Errorf("GET %s: %s", secret.Mask(x.filled.health.String()), text)
}

// reason is an error without the words that name the call.
func reason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v", askPatience)
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// firstLine is how the body of an answer begins.
func firstLine(resp *http.Response) string {
	const most = 80
	line := make([]byte, 0, most)
	for in := bufio.NewReaderSize(resp.Body, most); len(line) < most; {
		b, err := in.ReadByte()
		if err != nil || b == '\n' {
			break
		}
		line = append(line, b)
	}
	return strings.Map(probe.Printable, strings.TrimSpace(string(line)))
}

// elsewhere says where the program listens, if it does.
func (x *external) elsewhere() string {
	if x.held == nil {
		return ""
	}
	ports := probe.Ports("/proc", x.pids())
	if len(ports) == 0 {
		return "; the program listens on no port"
	}
	return "; the program listens on " + strings.Join(ports, " and ")
}
