package trial

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/internal/wire"
)

// Bus is the message bus between the coordinator and its agents: an embedded NATS server on loopback, or one of the user's.
type Bus struct {
	URL      string
	Token    string
	conn     *nats.Conn
	embedded *natsserver.Server
}

const (
	busReady   = 10 * time.Second
	maxPayload = 32 << 20 // a report holds the spreads of up to 100 000 messages
)

// OpenBus joins the NATS server at url, or starts an embedded one when url is empty. lost is called when the connection
// breaks.
func OpenBus(url, token string, lost context.CancelCauseFunc) (*Bus, error) {
	b := &Bus{URL: url, Token: token}
	if url == "" {
		if err := b.embed(); err != nil {
			return nil, err
		}
	}
	var err error
	if b.conn, err = wire.JoinBus(b.URL, b.Token, "coordinator", lost); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Bus) embed() error {
	b.Token = rand.Text()
	s, err := natsserver.NewServer(&natsserver.Options{
		Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, Authorization: b.Token, MaxPayload: maxPayload, NoSigs: true, NoLog: true,
	})
	if err != nil {
		return fmt.Errorf("embed nats: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(busReady) {
		s.Shutdown()
		if l, err := net.Listen("tcp", "127.0.0.1:0"); err != nil { //nolint:noctx // returns at once
			return fmt.Errorf("embed nats: %w", err) // why it could not
		} else if err := l.Close(); err != nil {
			return fmt.Errorf("embed nats: %w", err)
		}
		return fmt.Errorf("embedded nats was not ready within %v", busReady)
	}
	b.URL, b.embedded = s.ClientURL(), s
	return nil
}

// Close leaves the bus and stops the embedded server.
func (b *Bus) Close() {
	if b.conn != nil {
		b.conn.Close()
	}
	if b.embedded != nil {
		b.embedded.Shutdown()
		b.embedded.WaitForShutdown()
	}
}
