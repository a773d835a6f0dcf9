package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/coder/websocket"

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
	client := &http.Client{
		Transport:     &http.Transport{DialContext: dialer().DialContext, TLSClientConfig: config},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	conn, resp, err := websocket.Dial(ctx, p.URL, &websocket.DialOptions{HTTPClient: client, HTTPHeader: p.Header, Host: p.Header.Get("Host")}) //nolint:bodyclose // the library does it
	if err != nil && resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
		text, _ := io.ReadAll(resp.Body) // the library bounds it
		return nil, fmt.Errorf("status %s, want 101: %q", resp.Status, beginning(text))
	}
	if err != nil {
		return nil, withoutURL(err)
	}
	conn.SetReadLimit(-1)
	for _, text := range p.Send {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			_ = conn.CloseNow()
			return nil, err
		}
	}
	go func() { // pings are answered meanwhile
		for {
			_, r, err := conn.Reader(context.Background())
			if err == nil {
				_, err = io.Copy(io.Discard, r)
			}
			if err != nil {
				lost(closed(err))
				return
			}
		}
	}()
	return &participant{conn}, nil
}

// closed is how a connection was ended.
func closed(err error) error {
	var by websocket.CloseError
	if errors.As(err, &by) {
		return fmt.Errorf("the server closed the connection with %d %q", by.Code, by.Reason)
	}
	return err
}

// close ends the connection without a word, as it has none of the messages to wait for.
func (p *participant) close() { _ = p.conn.CloseNow() }

// send writes the message in one frame, as browsers do; that it was taken shows with those who receive it.
func (p *participant) send(ctx context.Context, message string) (answered, error) {
	return taken, p.conn.Write(ctx, websocket.MessageText, []byte(message))
}
