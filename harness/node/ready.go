package node

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	readyPause  = 5 * time.Millisecond // between questions: a port without a listener refuses at once
	askPatience = time.Second          // for one answer
)

// await waits until the server answers.
func (r *running) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var exited <-chan struct{}
	if r.process != nil {
		exited = r.process.Exited()
	}
	for last := error(nil); ; {
		err := r.ask(ctx)
		if err == nil {
			return nil
		}
		if untrusted := (*untrustedError)(nil); errors.As(err, &untrusted) {
			return fmt.Errorf("%s: %w: name its CA under tls.trust or its name under tls.name, or accept any with tls: {insecure: true}", r.options.Label, err)
		}
		if r.process == nil && errors.Is(err, syscall.ECONNREFUSED) { // it runs already, or does not
			return fmt.Errorf("%s: %w: is it started?", r.options.Label, err)
		}
		// An answer that the deadline has cut short is worth less than the one before.
		if deadline, _ := ctx.Deadline(); last == nil || time.Now().Before(deadline) && ctx.Err() == nil {
			last = err
		}
		select {
		case <-time.After(readyPause):
		case <-exited:
			return r.process.Death()
		case <-ctx.Done():
			if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
				return cause
			}
			return fmt.Errorf("%s was not ready within %v: %w%s", r.options.Label, readyTimeout, last, r.elsewhere())
		}
	}
}

// untrustedError is that of a certificate which is not accepted. Asking again does not help.
type untrustedError struct{ error }

// ask asks once. The error has the question and the answer.
func (r *running) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	if r.health == "" {
		_, err := connect(ctx, r.addresses)
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.health, http.NoBody)
	if err != nil {
		return err
	}
	request.URL.Scheme = wire.Web(request.URL.Scheme) // where the program's own URL is that of a WebSocket
	if user := request.URL.User; user != nil {        // a client would have set it, a transport does not
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	config, err := r.program.Trust.Config(request.URL.Hostname())
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: config} // and no proxy
	resp, err := transport.RoundTrip(request)
	if err != nil {
		failed := reason(err)
		if untrusted := (*tls.CertificateVerificationError)(nil); errors.As(err, &untrusted) {
			failed = &untrustedError{failed}
		}
		return fmt.Errorf("GET %s: %w", secret.Mask(request.URL.String()), failed)
	}
	defer resp.Body.Close() //nolint:errcheck // only the first line matters
	if resp.StatusCode < http.StatusBadRequest {
		return nil
	}
	text := resp.Status
	if line := firstLine(resp); line != "" {
		text += ": " + line
	}
	return fmt.Errorf("GET %s: %s", secret.Mask(request.URL.String()), text)
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

// elsewhere is where the program listens, if it does.
func (r *running) elsewhere() string {
	if r.process == nil {
		return ""
	}
	ports := probe.Ports("/proc", r.pids())
	if len(ports) == 0 {
		return "; the program listens on no port"
	}
	return "; the program listens on " + strings.Join(ports, " and ")
}
