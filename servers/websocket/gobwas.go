package websocket

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"

	"github.com/gobwas/ws"

	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
)

// Gobwas is the lane on an event loop: gobwas/ws upgrades, and makes and reads frames.
type Gobwas struct {
	Path string
	Hub  *hub.Hub
}

// EncodeFrame returns a message as a frame, []byte, for all connections.
func EncodeFrame(m hub.Message) any {
	return compiled(ws.NewFrame(ws.OpCode(opcode(m)), true, m.Data)) //nolint:gosec // 1 or 2
}

func compiled(f ws.Frame) []byte {
	b, err := ws.CompileFrame(f)
	if err != nil {
		// Only a writer can fail, and this one is memory.
		panic("pushbench: compile frame: " + err.Error())
	}
	return b
}

// Open implements epoll.Transport.
func (g Gobwas) Open(in []byte) epoll.Answer {
	end := epoll.HeadEnd(in)
	if end == 0 {
		return epoll.Answer{}
	}
	a := epoll.Answer{Used: end, After: hub.Live}
	x := &exchange{}
	x.request.Reset(in[:end])
	upgrader := ws.Upgrader{
		ReadBufferSize: epoll.MaxRequest, // a head that came through fits
		OnRequest:      func(uri []byte) (err error) { a.After, err = g.after(uri); return err },
	}
	_, err := upgrader.Upgrade(x)
	switch {
	case err == nil:
		a.Dialect = &frames{hub: g.Hub}
	case x.Len() == 0: // a head it cannot read at all it does not answer
		return epoll.Answer{Used: end, Bytes: epoll.Refusal(http.StatusBadRequest, err.Error(), "")}
	}
	a.Bytes = x.Bytes()
	return a
}

// exchange is a request that has been read and the response to it.
type exchange struct {
	request bytes.Reader
	bytes.Buffer
}

func (x *exchange) Read(p []byte) (int, error) { return x.request.Read(p) }

// after reads where a subscription is to begin.
func (g Gobwas) after(uri []byte) (uint64, error) {
	if string(uri) == g.Path {
		return hub.Live, nil
	}
	u, err := url.ParseRequestURI(string(uri))
	if err != nil {
		return 0, rejected(http.StatusBadRequest, err.Error())
	}
	if u.Path != g.Path {
		return 0, rejected(http.StatusNotFound, "subscriptions are at "+g.Path)
	}
	after, err := hub.ParseAfter(u.Query().Get("after"))
	if err != nil {
		return 0, rejected(http.StatusBadRequest, "after: "+err.Error())
	}
	return after, nil
}

func rejected(status int, why string) error {
	return ws.RejectConnectionError(ws.RejectionStatus(status), ws.RejectionReason(why))
}

// Refuse implements epoll.Transport.
func (Gobwas) Refuse(cause error) []byte { return epoll.RefuseHTTP(cause) }

// frames is one upgraded connection.
type frames struct {
	hub  *hub.Hub
	part *part // of a message of the client that has begun and not ended; nil: none has
}

type part struct{ bytes []byte }

// Frame implements epoll.Dialect.
func (*frames) Frame(m hub.Message) []byte { return m.Frame.([]byte) } //nolint:forcetypeassert // EncodeFrame made it

// Heartbeat implements epoll.Dialect.
func (*frames) Heartbeat() []byte { return ws.CompiledPing }

// Farewell implements epoll.Dialect, with the codes of closeCode.
func (*frames) Farewell(cause error) []byte {
	switch {
	case errors.Is(cause, hub.ErrLagged):
		return closeFrame(statusTryAgainLater)
	case errors.Is(cause, hub.ErrCut):
		return closeFrame(statusServiceRestart)
	default:
		return closeFrame(ws.StatusGoingAway)
	}
}

// Codes of the IANA registry that gobwas/ws does not name.
const (
	statusServiceRestart ws.StatusCode = 1012
	statusTryAgainLater  ws.StatusCode = 1013
)

func closeFrame(code ws.StatusCode) []byte {
	return compiled(ws.NewCloseFrame(ws.NewCloseFrameBody(code, "")))
}
