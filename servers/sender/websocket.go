package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
)

// participant is one client of many, of a server that hands on what any of them sends.
type participant struct{ conn *websocket.Conn }

func openWebSocket(ctx context.Context, p wire.Publisher, lost context.CancelCauseFunc) (way, error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return nil, err
	}
	config, err := p.Trust.Config(u.Hostname())
	if err != nil {
		return nil, err
	}
	dial := websocket.Dialer{NetDialContext: dialer().DialContext, HandshakeTimeout: dialTimeout, TLSClientConfig: config}
	conn, resp, err := dial.DialContext(ctx, p.URL, p.Header)
	if errors.Is(err, websocket.ErrBadHandshake) {
		text, _ := io.ReadAll(resp.Body) // the library bounds it
		return nil, fmt.Errorf("status %s, want 101: %q", resp.Status, beginning(text))
	}
	if err != nil {
		return nil, err
	}
	for _, text := range p.Send {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	go func() { // pings are answered meanwhile
		for {
			if _, _, err := conn.NextReader(); err != nil {
				lost(err)
				return
			}
		}
	}()
	return &participant{conn}, nil
}

func (p *participant) close() { _ = p.conn.Close() }

// send writes the message; that it was taken shows with those who receive it.
func (p *participant) send(ctx context.Context, message string) (answered, error) {
	deadline, _ := ctx.Deadline()
	_ = p.conn.SetWriteDeadline(deadline) // none where ctx has none
	return taken, p.conn.WriteMessage(websocket.TextMessage, []byte(message))
}
