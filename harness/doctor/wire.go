package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// mostQuoted bounds what is quoted of a server, in bytes.
const mostQuoted = 200

// dial opens a connection.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialPatience}
	return d.DialContext(ctx, network, address)
}

// unreachable says why there is no connection, and what to do.
func unreachable(err error) error {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var name *net.DNSError
	switch {
	case errors.As(err, &authority):
		return fmt.Errorf("no connection: %w: give the certificate with --ca FILE, or --insecure", err)
	case errors.As(err, &host), errors.As(err, &invalid):
		return fmt.Errorf("no connection: %w: browsers refuse it as well; --insecure looks on", err)
	case errors.As(err, &plain):
		return fmt.Errorf("no connection: %w: nobody speaks TLS there: try http:// or ws://", err)
	case errors.As(err, &name):
		return fmt.Errorf("no connection: %w: is the name right?", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("no connection: %w: is the server started, and the port right?", err)
	default:
		return fmt.Errorf("no connection: %w", err)
	}
}

// broken says how a connection ended.
func broken(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut off in the middle of the answer"
	case errors.Is(err, io.EOF):
		return "the server ended the answer"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset"
	default:
		return err.Error()
	}
}

// redirected is where a response leads; nil: nowhere. An error is a place that is another's: it is for the user to go there.
func redirected(r *http.Response, from *url.URL) (*url.URL, error) {
	if r.StatusCode < 300 || r.StatusCode > 399 {
		return nil, nil //nolint:nilnil // nowhere
	}
	to, err := r.Location()
	if err != nil {
		return nil, err
	}
	if to.Scheme != from.Scheme || to.Host != from.Host {
		return nil, fmt.Errorf("to another server, %s", to.Host)
	}
	return to, nil
}

// firstLine goes on with the first line of a text; what is behind it is dropped. It ends at mostQuoted bytes and a mark.
func firstLine(so string, more []byte) string {
	if strings.HasSuffix(so, "\n") {
		return so
	}
	text := strings.TrimLeft(so+string(more), "\r\n")
	if line, _, found := strings.Cut(text, "\n"); found {
		text = strings.TrimRight(line, "\r") + "\n"
	}
	if len(text) > mostQuoted {
		text = text[:mostQuoted] + "...\n"
	}
	return text
}

// words are what a server said when it refused.
func (a *answer) words() string {
	text := strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	if line := strings.TrimSpace(a.line); line != "" {
		text += fmt.Sprintf(", %q", line)
	}
	for _, name := range []string{"WWW-Authenticate", "Allow", "Location", "Retry-After", "Sec-Websocket-Version", "Upgrade"} {
		if value := a.header.Get(name); value != "" {
			text += fmt.Sprintf(", %s: %.200s", name, value)
		}
	}
	return text
}

// remedy is what to do about a refusal.
func (a *answer) remedy() string {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return "send what it asks for: --header 'Authorization: ...' or 'Cookie: ...'; --origin-header if it lets pages of some origins in alone"
	case http.StatusNotFound, http.StatusGone:
		return "correct the path, or the route of the proxy before the server"
	case http.StatusMethodNotAllowed:
		return "let the route take GET, which streams and upgrades are asked with"
	case http.StatusUpgradeRequired:
		return "this is a WebSocket endpoint, or wants another version: try --transport websocket"
	case http.StatusBadRequest:
		return "a proxy that does not pass Upgrade and Connection on is the usual cause for WebSocket; try the other --transport"
	case http.StatusNoContent:
		return "204 tells an EventSource never to come back: answer 200, or 503 while there is nothing"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "it is busy or limits clients: look at its log, and come back later"
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return "a proxy got no answer from the server behind it: look there, with --origin"
	default:
		return "look at the log of the server"
	}
}
