package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
)

// usualPaths are where servers push, tried in this order where a URL has no path.
func usualPaths() []string { return []string{"/events", "/stream", "/sse", "/ws", "/websocket", "/"} }

// usualSubprotocols are offered together where a server refuses a handshake without one.
func usualSubprotocols() []string {
	return []string{"graphql-transport-ws", "graphql-ws", "mqtt", "v12.stomp", "v11.stomp", "actioncable-v1-json", "wamp.2.json", "centrifuge-json"}
}

// Draft is what a lane file can say of an endpoint that was asked.
type Draft struct {
	Transport string // of the lane: SSE, WebSocket, or one of lines
	Base      string // the server's address, with the scheme
	Path      string // where clients subscribe, with its query
	Name      string // of a lane
	Seen      []string

	Gzip         bool
	Subprotocols []string
	JSON         []string // where a payload may be in the first message that came; none: it is no JSON, or none came
	options      Options
}

// errQuiet means that a request was accepted and not answered.
var errQuiet = errors.New("no answer came, nor was the request refused")

// Draft asks the endpoint what it is, with at most two requests a path. The error names what was answered.
func (x *Exam) Draft(ctx context.Context) (*Draft, error) {
	paths := []string{x.front.url.RequestURI()}
	if x.front.url.Path == "" || x.front.url.Path == "/" && x.front.url.RawQuery == "" {
		paths = usualPaths()
	}
	var answers []string
	for _, path := range paths {
		at := *x.front.url
		target, err := url.ParseRequestURI(path)
		if err != nil {
			return nil, fmt.Errorf("the path %q: %w", path, err)
		}
		at.Path, at.RawPath, at.RawQuery = target.Path, target.RawPath, target.RawQuery
		d, err := x.draftAt(ctx, &at)
		switch {
		case ctx.Err() != nil:
			return nil, errors.New("interrupted: no lane was written")
		case err == nil:
			return d, nil
		case len(answers) == 0 && len(paths) > 1 && unreached(err):
			return nil, x.client.hidden(err)
		}
		answers = append(answers, path+": "+x.client.hide(err.Error()))
	}
	return nil, &NotStreamError{x.client.hide(x.options.URL), strings.Join(answers, "; ") + ": give the URL that clients subscribe at, and with --header what they send"}
}

// unreached reports whether there was nobody to ask.
func unreached(err error) bool {
	var refused *answerError
	return !errors.Is(err, errQuiet) && !errors.As(err, &refused)
}

// answerError is an answer that is no stream.
type answerError struct{ what string }

func (e *answerError) Error() string { return e.what }

// draftAt asks at one address: for a stream, and where there is none for an upgrade.
func (x *Exam) draftAt(ctx context.Context, at *url.URL) (*Draft, error) {
	d := &Draft{Base: at.Scheme + "://" + at.Host, Path: at.RequestURI(), Name: nameOf(at.Host), options: x.options}
	if x.front.transport == WebSocket {
		return d, x.draftWebSocket(ctx, at, d)
	}
	s, err := x.client.open(ctx, http.MethodGet, at, events(x.options, "Accept-Encoding", "identity"), x.options.For, nil)
	if err != nil {
		return nil, err
	}
	if err = d.stream(s); err == nil {
		return d, x.compresses(ctx, at, d)
	}
	if s.answer != nil && x.draftWebSocket(ctx, at, d) == nil {
		return d, nil
	}
	return nil, err
}

// stream takes what a request for a stream came to.
func (d *Draft) stream(s *stream) error {
	switch {
	case s.answer == nil && s.end == nil:
		if s.kept == 0 {
			return errQuiet
		}
		d.Transport = SSE
		d.saw("no head of an answer within %s: it may come with the first event; or this is long polling, which no lane file describes", duration(s.kept))
		return nil
	case s.answer == nil:
		return &answerError{s.end.String()}
	case s.answer.status != http.StatusOK:
		text := fmt.Sprintf("%d %s%s", s.answer.status, http.StatusText(s.answer.status), quotedBehind(s.answer.line))
		if to := s.answer.header.Get("Location"); to != "" {
			text += ", to " + to
		}
		return &answerError{text}
	}
	media, _, _ := strings.Cut(s.answer.header.Get("Content-Type"), ";")
	switch media = strings.ToLower(strings.TrimSpace(media)); {
	case media == "text/event-stream":
		d.Transport = SSE
	case strings.Contains(media, "json") && s.end == nil:
		d.Transport = "ndjson"
	case s.end == nil && s.first > 0:
		d.Transport = "http-stream"
	default:
		return &answerError{"200 OK with a body of " + orNone(media) + ", which is over after " + duration(s.kept)}
	}
	d.saw("%s %d with %s, its head after %s", s.answer.proto, s.answer.status, orNone(media), duration(s.answer.took))
	d.arrived(s)
	return nil
}

// arrived takes what came behind the head.
func (d *Draft) arrived(s *stream) {
	if d.Transport != SSE {
		if d.saw("%d lines within %s", s.lines, duration(s.kept)); s.lines > 0 {
			d.saw("the first line is %.120q", s.line1)
			d.JSON = stringsWithin(s.line1)
		}
		return
	}
	beat := pulse{}
	for _, one := range s.items {
		if one.comment {
			beat.at = append(beat.at, one.at)
		}
	}
	switch {
	case len(beat.at) > 1:
		d.saw("a comment every %s", duration(beat.every()))
	case s.events == 0:
		d.saw("no event and no heartbeat within %s", duration(s.kept))
	}
	if s.events > 0 {
		d.saw("%d events, the first with the data %.120q", s.events, s.sample)
		d.JSON = stringsWithin(s.sample)
	}
	if len(s.late) > 0 {
		d.saw("events have ids, as %.40q: fleet: {reconnect: {policy: eventsource}} resumes behind them", s.late[len(s.late)-1])
	}
	if retry, ok := s.reconnection(); ok {
		d.saw("retry: %s", duration(retry))
	}
	if s.end != nil {
		d.saw("the stream %s", s.end)
	}
}

// compresses asks once more, with gzip.
func (x *Exam) compresses(ctx context.Context, at *url.URL, d *Draft) error {
	if d.Transport != SSE {
		return nil
	}
	s, err := x.client.open(ctx, http.MethodGet, at, events(x.options, "Accept-Encoding", "gzip"), min(x.options.For, time.Second), func(*stream) bool { return true })
	if err == nil && s.coding == "gzip" {
		d.Gzip = true
		d.saw("it compresses for clients that offer gzip, as browsers do")
	}
	return err
}

// draftWebSocket asks for an upgrade, and where it is refused once more with the usual subprotocols.
func (x *Exam) draftWebSocket(ctx context.Context, at *url.URL, d *Draft) error {
	offered := [][]string{x.options.Subprotocols}
	if len(x.options.Subprotocols) == 0 {
		offered = append(offered, usualSubprotocols())
	}
	var refused error
	for _, o := range offered {
		options := x.options
		options.Subprotocols = o
		w, h, err := x.client.upgrade(ctx, at, x.client.offer(at, options), answerPatience)
		if err != nil {
			return err
		}
		if !h.accepted() {
			refused = notUpgraded(h)
			continue
		}
		d.Transport, d.Base = WebSocket, strings.Replace(d.Base, "http", "ws", 1)
		d.upgraded(ctx, w, h, x.options.For)
		return w.Close()
	}
	return refused
}

func notUpgraded(h *handshake) error {
	switch {
	case h.answer == nil && h.end != nil:
		return &answerError{h.end.String()}
	case h.answer == nil:
		return errQuiet
	case h.wrong != "":
		return &answerError{h.wrong}
	default:
		return &answerError{fmt.Sprintf("%d %s%s", h.status, http.StatusText(h.status), quotedBehind(h.line))}
	}
}

// upgraded follows a connection for a while.
func (d *Draft) upgraded(ctx context.Context, w *wsConn, h *handshake, hold time.Duration) {
	extensions := h.header.Get("Sec-Websocket-Extensions")
	t := newTalk(strings.Contains(extensions, "permessage-deflate"))
	w.follow(ctx, t, hold, func() bool { return false })
	_, _ = w.Write(closing(closeNormal)) // a farewell that nobody has to take
	if chosen := h.header.Get("Sec-Websocket-Protocol"); chosen != "" {
		d.Subprotocols = []string{chosen}
	}
	d.saw("101 after %s; extensions: %s", duration(h.took), orNone(extensions))
	if every := (pulse{at: t.pings}).every(); every > 0 {
		d.saw("a ping every %s", duration(every))
	}
	if t.messages > 0 {
		d.saw("%d messages, the first %.120q", t.messages, t.sample)
		d.JSON = stringsWithin(t.sample)
	} else {
		d.saw("no message within %s: a server that waits to be asked needs subscribe.send", duration(t.kept))
	}
	if t.end != nil {
		d.saw("the connection %s", t.end)
	}
}

func (d *Draft) saw(format string, args ...any) {
	d.Seen = append(d.Seen, plain.Line(fmt.Sprintf(format, args...)))
}

// nameOf makes the name of a lane of a host.
func nameOf(host string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(host))
	name = strings.Trim(name, "-")
	return string(bytes.TrimRight([]byte(name[:min(len(name), 64)]), "-"))
}

// quotedBehind is a line in quotes, to stand behind a status.
func quotedBehind(line string) string {
	if line = strings.TrimSpace(line); line == "" {
		return ""
	}
	return fmt.Sprintf(", %q", line)
}
