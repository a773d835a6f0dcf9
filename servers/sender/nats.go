package sender

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/internal/wire"
)

// bus is a connection to NATS.
type bus struct {
	conn    *nats.Conn
	subject string
}

// refusing remembers why no connection came about, which the library leaves out.
type refusing struct{ err error }

func (r *refusing) Dial(network, address string) (conn net.Conn, err error) {
	conn, r.err = dialer().Dial(network, address)
	return conn, r.err
}

func openNATS(_ context.Context, p wire.Publisher, lost context.CancelCauseFunc) (way, error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return nil, err
	}
	config, err := p.Trust.Config(u.Hostname())
	if err != nil {
		return nil, err
	}
	trusting := func(o *nats.Options) error {
		o.TLSConfig = config // used where the URL or the server asks for TLS
		return nil
	}
	var dial refusing
	conn, err := nats.Connect(p.URL, nats.Name("pushbench"), nats.NoReconnect(), nats.Timeout(dialTimeout), nats.SetCustomDialer(&dial), trusting,
		nats.ClosedHandler(func(c *nats.Conn) { lost(cmp.Or(c.LastError(), errors.New("the connection was closed"))) }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // send returns it
	)
	if err != nil {
		return nil, cmp.Or(dial.err, err)
	}
	return &bus{conn, p.Subject}, nil
}

func (b *bus) close() { b.conn.Close() }

// send leaves the message with the library, which writes it at once. A server says nothing to a message: behind an answer to PING it has
// come, and an error that was before that is its own.
func (b *bus) send(_ context.Context, message string) (answered, error) {
	if err := b.conn.Publish(b.subject, []byte(message)); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) {
		err := b.conn.FlushWithContext(ctx)
		return "", cmp.Or(err, b.conn.LastError())
	}, nil
}
