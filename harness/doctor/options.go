package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/secret"
)

// Transports that can be looked at.
const (
	SSE       = "sse"
	WebSocket = "websocket"
)

// Options are what to look at, and as whom.
type Options struct {
	URL       string
	Origin    string // the same endpoint behind the proxies; empty: not asked
	Transport string // SSE or WebSocket; empty: as the scheme of URL says

	Headers      []string // "Name: value", of every request; Host is the name within TLS as well
	PageOrigin   string   // of the page whose browser asks, as in the header Origin; empty: the endpoint's own
	Subprotocols []string // offered to a WebSocket server

	For      time.Duration // how long a stream is kept
	Insecure bool          // whatever the certificate says
	CA       []byte        // PEM; certificates to trust besides the system's
	CAFile   string        // where they are, for a lane file
}

// parseEndpoint reads a URL and says what is asked there.
func parseEndpoint(address, transport string) (endpoint, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return endpoint{}, fmt.Errorf("%q is no URL: write http://, https://, ws:// or wss:// before it", secret.Mask(address))
	}
	if u.User != nil {
		return endpoint{}, errors.New("the URL has a user in it: send --header 'Authorization: Basic ...' in its place, as browsers do")
	}
	of := map[string]string{"http": SSE, "https": SSE, "ws": WebSocket, "wss": WebSocket}[u.Scheme]
	switch {
	case of == "":
		return endpoint{}, fmt.Errorf("no scheme %q: known are http, https, ws and wss", u.Scheme)
	case transport == "":
	case transport != SSE && transport != WebSocket:
		return endpoint{}, fmt.Errorf("no transport %q: known are %s and %s", transport, SSE, WebSocket)
	case transport == SSE && of == WebSocket:
		return endpoint{}, fmt.Errorf("%s:// is WebSocket: write http:// or https:// for server-sent events", u.Scheme)
	default:
		of = transport
	}
	u.Scheme = map[string]string{"ws": "http", "wss": "https", "http": "http", "https": "https"}[u.Scheme]
	u.Fragment = ""
	return endpoint{u, of}, nil
}

// client is what all connections share.
type client struct {
	header  http.Header
	host    string // empty: that of the URL
	tls     *tls.Config
	secrets *strings.Replacer
	cookie  bool // a cookie is sent
}

func newClient(o Options) (*client, error) {
	c := &client{header: http.Header{}, tls: &tls.Config{InsecureSkipVerify: o.Insecure, MinVersion: tls.VersionTLS12}} //nolint:gosec // asked for
	var hidden []string
	for _, line := range o.Headers {
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return nil, fmt.Errorf("a header is no NAME: VALUE: %q", secret.Mask(name)) // the value may be a secret
		}
		if strings.EqualFold(name, "Host") {
			c.host, c.tls.ServerName = value, (&url.URL{Host: value}).Hostname()
			continue
		}
		c.header.Add(name, value)
		c.cookie = c.cookie || strings.EqualFold(name, "Cookie")
		if secret.Named(name) {
			hidden = append(hidden, secret.Credential(value))
		}
	}
	for _, address := range []string{o.URL, o.Origin} {
		if u, err := url.Parse(address); err == nil {
			for name, values := range u.Query() {
				if secret.Parameter(name) {
					hidden = append(hidden, values...)
				}
			}
		}
	}
	c.secrets = replacer(hidden)
	if o.CA != nil {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool() // a machine without any
		}
		if !pool.AppendCertsFromPEM(o.CA) {
			return nil, errors.New("the CA file has no certificate in PEM")
		}
		c.tls.RootCAs = pool
	}
	if page := o.PageOrigin; page != "" {
		if u, err := url.Parse(page); err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || u.User != nil {
			return nil, fmt.Errorf("%q is no origin: write SCHEME://HOST[:PORT] without a path, as browsers send it", page)
		}
	}
	if o.For < minimum || o.For > maximum {
		return nil, fmt.Errorf("a stream is kept for %v to %v, not %v", minimum, maximum, o.For)
	}
	return c, nil
}

// replacer takes out secrets that a server repeats. Where one is too short to be any, text would suffer.
func replacer(secrets []string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= 4 {
			pairs = append(pairs, s, secret.Hidden)
		}
	}
	return strings.NewReplacer(pairs...)
}

// How long a stream may be kept.
const (
	minimum = 100 * time.Millisecond
	maximum = 10 * time.Minute
)

// hide takes secrets out of text, and whatever is no visible character.
func (c *client) hide(text string) string {
	return plain.Line(secret.Mask(c.secrets.Replace(text)))
}

// hidden is an error without secrets, which those of net/http have the URL with.
func (c *client) hidden(err error) error {
	var none *NotStreamError
	if errors.As(err, &none) {
		return &NotStreamError{c.hide(none.URL), c.hide(none.What)}
	}
	return errors.New(c.hide(err.Error()))
}
