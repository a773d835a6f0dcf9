package wire

import (
	"context"
	"errors"
	"fmt"
	neturl "net/url"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/internal/netns"
	"github.com/pushbench/pushbench/internal/secret"
)

// ErrBusLost ends whatever needs the bus when its connection is gone.
var ErrBusLost = errors.New("lost the connection to nats")

// joinTimeout bounds the connect to the bus.
const joinTimeout = 5 * time.Second

// JoinBus connects to NATS. There is no reconnect: a command or an answer that was lost would leave a trial that looks
// measured; lost is called instead.
func JoinBus(url, token, name string, lost context.CancelCauseFunc) (*nats.Conn, error) {
	conn, err := nats.Connect(url, nats.Token(token), nats.Name(name), nats.Timeout(joinTimeout), nats.NoReconnect(),
		nats.SetCustomDialer(netns.Dialer{Timeout: joinTimeout}), nats.SkipHostLookup(), // which the dialer does where the bus is
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				lost(fmt.Errorf("%w: %w", ErrBusLost, err))
			} else {
				lost(ErrBusLost)
			}
		}))
	if unread := (*neturl.Error)(nil); errors.As(err, &unread) { // it quotes the URL, secrets included
		return nil, fmt.Errorf("join nats at %s: that is no URL: write nats://HOST:PORT", secret.URL(url))
	}
	if err != nil {
		return nil, fmt.Errorf("join nats at %s: %w: is it running, and is the token right?", secret.URL(url), err)
	}
	return conn, nil
}

// The environment variables an agent takes the bus and its token from: arguments can be read by everybody on the machine.
const (
	BusVariable   = "PUSHBENCH_NATS"
	TokenVariable = "PUSHBENCH_TOKEN" //nolint:gosec // a name, not a secret
)
