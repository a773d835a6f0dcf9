package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// wsEvidence is what was seen of a WebSocket server, over five connections at most.
type wsEvidence struct {
	options  Options
	main     *handshake
	talk     *talk // nil: there is no connection, and none of what follows
	farewell farewell
	invalid  *talk // got a text that is not UTF-8
	parts    *talk // got a text in two frames, with a ping between them
	stranger *handshake
	bare     *handshake // without the cookie; nil: none is sent
	cookie   bool
}

// farewell is how a server answered our close frame.
type farewell struct {
	asked bool // the connection was still there
	talk  *talk
	after time.Duration // until the close frame came
	hung  bool          // the server let go of the connection
}

// strangeOrigin is a page that no server knows: the name is reserved (RFC 6761, section 6.4).
const strangeOrigin = "https://pushbench-doctor.invalid"

// Texts of pings; the one after shows that a server goes on behind what was sent before it.
const (
	pingFirst   = "pushbench"
	pingBetween = "between"
	pingAfter   = "after"
)

// answerPatience is how long a server may take to answer a frame.
const answerPatience = 3 * time.Second

// probeWebSocket holds one connection, and then opens others one after the other for what may end them.
func (c *client) probeWebSocket(ctx context.Context, at *url.URL, o Options) (*wsEvidence, error) {
	e := &wsEvidence{options: o, cookie: c.cookie}
	header := c.offer(at, o)
	w, h, err := c.upgrade(ctx, at, header, max(o.For, answerPatience))
	if err != nil {
		return nil, err
	}
	if e.main = h; !h.accepted() {
		return e, h.isNone(c.hide(at.String()))
	}
	e.hold(ctx, w, strings.Contains(h.header.Get("Sec-Websocket-Extensions"), "permessage-deflate"))
	if e.invalid, err = c.tell(ctx, at, header, masked(final|opText, []byte("\xff\xfe\xff"))); err != nil {
		return nil, err
	}
	e.parts, err = c.tell(ctx, at, header, masked(opText, []byte("push")), ping(pingBetween), masked(final|opContinuation, []byte("bench")))
	if err != nil {
		return nil, err
	}
	other := header.Clone()
	other.Set("Origin", strangeOrigin)
	if e.stranger, err = c.greet(ctx, at, other); err != nil || !c.cookie || !e.stranger.accepted() {
		return e, err
	}
	e.bare, err = c.without("Cookie").greet(ctx, at, header)
	return e, err
}

// offer are the headers of a browser's handshake.
func (c *client) offer(at *url.URL, o Options) http.Header {
	page := o.PageOrigin
	if page == "" {
		page = at.Scheme + "://" + at.Host
	}
	h := http.Header{"Origin": {page}, "Sec-Websocket-Extensions": {"permessage-deflate; client_max_window_bits"}}
	if len(o.Subprotocols) > 0 {
		h.Set("Sec-Websocket-Protocol", strings.Join(o.Subprotocols, ", "))
	}
	return h
}

// hold keeps the connection for as long as was asked, and closes it.
func (e *wsEvidence) hold(ctx context.Context, w *wsConn, deflates bool) {
	defer w.Close() //nolint:errcheck // over
	e.talk = newTalk(deflates)
	_, _ = w.Write(ping(pingFirst)) // a connection that has ended says so when it is read
	w.follow(ctx, e.talk, e.options.For, func() bool { return false })
	if e.talk.end != nil || e.talk.unreadable {
		return
	}
	e.farewell = farewell{asked: true, talk: newTalk(deflates)}
	asked := time.Now()
	_, _ = w.Write(closing(closeNormal))
	w.follow(ctx, e.farewell.talk, answerPatience, func() bool { return e.farewell.talk.close != nil })
	e.farewell.after = time.Since(asked)
	if e.farewell.talk.end == nil && e.farewell.talk.close != nil {
		w.follow(ctx, e.farewell.talk, answerPatience, func() bool { return false })
	}
	e.farewell.hung = e.farewell.talk.end != nil
}

// tell opens a connection, sends frames and a ping behind them, and follows until the server has answered that or closed.
// nil: there was no connection.
func (c *client) tell(ctx context.Context, at *url.URL, header http.Header, frames ...[]byte) (*talk, error) {
	header = header.Clone()
	header.Del("Sec-Websocket-Extensions")
	w, h, err := c.upgrade(ctx, at, header, answerPatience)
	if err != nil || !h.accepted() {
		return nil, err
	}
	defer w.Close() //nolint:errcheck // over
	t := newTalk(false)
	for _, f := range append(frames, ping(pingAfter)) {
		_, _ = w.Write(f) // as above
	}
	w.follow(ctx, t, answerPatience, func() bool {
		_, goesOn := t.pongs[pingAfter]
		return goesOn || t.close != nil
	})
	_, _ = w.Write(closing(closeNormal))
	return t, nil
}

// greet asks for a connection and closes it.
func (c *client) greet(ctx context.Context, at *url.URL, header http.Header) (*handshake, error) {
	w, h, err := c.upgrade(ctx, at, header, answerPatience)
	if err == nil && h.accepted() {
		_, _ = w.Write(closing(closeNormal))
		_ = w.Close()
	}
	return h, err
}

// without is the client without a header.
func (c *client) without(name string) *client {
	other := *c
	other.header = c.header.Clone()
	other.header.Del(name)
	return &other
}

// isNone is an error where the answer is a page, or a stream of another transport.
func (h *handshake) isNone(at string) error {
	if h.answer == nil || h.status < 200 || h.status > 299 {
		return nil
	}
	what := fmt.Sprintf("%d with a body of %s, where an upgrade was asked for", h.status, orNone(h.header.Get("Content-Type")))
	if eventStream(h.header) {
		what += ": this is a stream of server-sent events: give its http:// or https:// URL"
	} else if h.line != "" {
		what += fmt.Sprintf(", which begins %q", strings.TrimSpace(h.line))
	}
	return &NotStreamError{at, what}
}
