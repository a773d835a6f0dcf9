package scenario

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// Subscribe is how a client subscribes; all of its texts but methods, subprotocols and names are templates.
type Subscribe struct {
	URL          string            `json:"url"`
	Method       string            `json:"method"`
	Headers      map[string]string `json:"headers"`
	Body         string            `json:"body"`
	Subprotocols []string          `json:"subprotocols"` // that a WebSocket offers
	Before       Before            `json:"before"`       // without a URL: nothing goes before
	Send         []string          `json:"send"`         // texts behind the upgrade
	Answer       map[string]string `json:"answer"`       // to texts of the server, by how these begin
	Ping         wire.Ping         `json:"ping"`         // sent again and again
	Resume       bool              `json:"resume"`       // by the last id of an event stream
	Confirmed    string            `json:"confirmed"`    // in the message that confirms it; empty: the head does
}

// Before is the request that goes before each subscription.
type Before struct {
	URL     string            `json:"url"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Take    map[string]string `json:"take"` // as in wire.Before
}

// UnmarshalJSON takes a URL alone, too.
func (s *Subscribe) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &s.URL)
	}
	type plain Subscribe // without this method
	return json.Unmarshal(b, (*plain)(s))
}

// Names of what is rendered for a lane: a key of its file, and behind a mark that of one of several texts.
const (
	subscribeHeader = "subscribe.headers."
	subscribeBody   = "subscribe.body"
	subscribeSend   = "subscribe.send."
	subscribeAnswer = "subscribe.answer."
	subscribePing   = "subscribe.ping"
	beforeURL       = "before"
	beforeHeader    = "subscribe.before.headers."
	beforeBody      = "subscribe.before.body"
)

// texts are those that a subscription needs rendered, by name.
func (s Subscribe) texts() map[string]string {
	all := map[string]string{subscribeBody: s.Body, subscribePing: s.Ping.Send, beforeBody: s.Before.Body}
	for mark, texts := range map[string]map[string]string{subscribeHeader: s.Headers, beforeHeader: s.Before.Headers, subscribeAnswer: s.Answer} {
		for name, text := range texts {
			all[mark+name] = text
		}
	}
	for i, text := range s.Send {
		all[subscribeSend+strconv.Itoa(i)] = text
	}
	return all
}

// marked are the rendered texts whose names have a mark, by the rest of the name.
func marked(f program.Rendered, mark string) map[string]string {
	out := map[string]string{}
	for name, value := range f.Texts {
		if rest, ok := strings.CutPrefix(name, mark); ok {
			out[rest] = value
		}
	}
	return out
}

// Targets are where clients of the lane's server subscribe: one place, at this URL and address. It has published so many messages.
func (e *External) Targets(subscribe string, at netip.AddrPort, f program.Rendered, published uint64) ([]wire.Target, error) {
	u, err := url.Parse(subscribe)
	if err != nil {
		return nil, fmt.Errorf("lane %s: subscribe: %w", e.Name, err)
	}
	t := e.Target()
	if t.TLS != wire.Secure(u.Scheme) {
		return nil, fmt.Errorf("lane %s: subscribe: the scheme is %s in this run alone: write it into the lane file, as it decides how clients are read", e.Name, u.Scheme)
	}
	if t.TLS {
		trust := e.Trust
		trust.Name = cmp.Or(trust.Name, u.Hostname())
		t.Trust = &trust
	}
	headers := marked(f, subscribeHeader)
	t.Address, t.Path, t.Host, t.Header = at.String(), u.RequestURI(), u.Host, authorization(u)+lines(headers)
	for name, value := range headers {
		if http.CanonicalHeaderKey(name) == "Host" {
			t.Host = value
		}
	}
	t.Body, t.External.Published = f.Texts[subscribeBody], published
	e.converse(&t, f)
	if slices.ContainsFunc(append(slices.Collect(maps.Values(f.Texts)), t.Path, f.URLs[beforeURL]), wire.Differs) {
		t.Clients = cmp.Or(e.Clients, &wire.Clients{})
	}
	return []wire.Target{t}, nil
}

// converse puts what is said before a subscription and behind it into a target.
func (e *External) converse(t *wire.Target, f program.Rendered) {
	if t.Before != nil {
		t.Before.URL, t.Before.Header, t.Before.Body = f.URLs[beforeURL], lines(marked(f, beforeHeader)), f.Texts[beforeBody]
		t.Before.Trust = e.Trust
	}
	if t.Dialogue == nil {
		return
	}
	t.Dialogue.Ping = wire.Ping{Send: f.Texts[subscribePing], Every: e.Subscribe.Ping.Every}
	for i := range e.Subscribe.Send {
		t.Dialogue.Send = append(t.Dialogue.Send, f.Texts[subscribeSend+strconv.Itoa(i)])
	}
	for to, with := range marked(f, subscribeAnswer) {
		t.Dialogue.Answer = append(t.Dialogue.Answer, wire.Answer{To: to, With: with})
	}
}

// lines are headers as they stand in a request, but for the host.
func lines(headers map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if http.CanonicalHeaderKey(name) != "Host" {
			b.WriteString(name + ": " + headers[name] + "\r\n")
		}
	}
	return b.String()
}

// Target is how clients subscribe to the lane, but for where.
func (e *External) Target() wire.Target {
	known, s := e.Envelope, e.Subscribe
	known.Overlap, known.Confirmed, known.Resume = e.Publish.Overlaps(), s.Confirmed, s.Resume
	t := wire.Target{
		Transport: e.Transport, TLS: e.TLS, Gzip: e.Gzip, External: &known, Method: s.Method, Subprotocols: strings.Join(s.Subprotocols, ", "),
	}
	if s.Before.URL != "" {
		t.Before = &wire.Before{Method: s.Before.Method, Take: s.Before.Take}
	}
	if len(s.Send)+len(s.Answer) > 0 || s.Ping.Every > 0 {
		t.Dialogue = &wire.Dialogue{}
	}
	return t
}

// authorization is what subscribers send beside what their protocol asks for.
func authorization(u *url.URL) string {
	if u.User == nil {
		return ""
	}
	r := http.Request{Header: http.Header{}}
	password, _ := u.User.Password()
	r.SetBasicAuth(u.User.Username(), password)
	return "Authorization: " + r.Header.Get("Authorization") + "\r\n"
}
