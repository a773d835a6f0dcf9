package fleet

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

// MaxRedirects is how many a client follows one behind the other: what fetch does, and so an EventSource.
const MaxRedirects = 20

// Follow returns the path to which a redirect leads from a target. One to another server is an error: load goes only where a
// lane file says.
func Follow(t wire.Target, redirect *http1.RedirectError) (path string, err error) {
	from := &url.URL{Scheme: "http", Host: cmp.Or(t.Host, t.Address)}
	if t.TLS {
		from.Scheme = "https"
	}
	from, err = from.Parse(t.Path)
	if err != nil {
		return "", fmt.Errorf("path %q: %w", t.Path, err)
	}
	to, err := from.Parse(redirect.Location)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w, which is no address", redirect)
	case to.Scheme != from.Scheme || origin(to) != origin(from) || to.User != nil:
		return "", fmt.Errorf("%w, and that is not %s: load goes only where a lane file says: write that into it", redirect, origin(from))
	}
	return to.RequestURI(), nil
}

// origin is the host and the port of a URL.
func origin(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// follow opens the connection anew where a redirect leads, which is part of the same handshake. False: it has ended, for the
// error. The recorder is locked.
func (c *conn) follow(r *recorder, err error) (bool, error) {
	var redirect *http1.RedirectError
	o := c.opening
	if o == nil || c.uplinkOnly || c.closing || !errors.As(err, &redirect) {
		return false, err
	}
	path, err := Follow(o.aimed(), redirect)
	if err == nil && o.redirects == MaxRedirects {
		err = fmt.Errorf("%w, behind %d others", redirect, MaxRedirects)
	}
	if err != nil {
		return false, &refusal{err}
	}
	o.path, o.reached, o.answered = path, false, false
	o.redirects++
	r.evidence.forget(c)
	time.AfterFunc(0, func() { r.fleet.reopen(c) }) // the engine lets go of the connection first
	return true, nil
}

// arrived notes where redirects have led; the recorder is locked.
func (o *opening) arrived(r *recorder) {
	if o.redirects > 0 {
		r.note(fmt.Sprintf("the server redirects subscribers to %.200q, which is part of their handshakes: write that into the lane file", secret.Mask(o.path)))
	}
}

// aimed is the target, or where a redirect of it has led.
func (o *opening) aimed() wire.Target {
	t := *o.target
	if o.redirects > 0 {
		t.Path = o.path
	}
	return t
}
