package wire

import (
	"strings"
	"time"
)

// Before is the request that goes before a subscription to a server that is not ours: its answer has what the subscription needs.
type Before struct {
	Method string            `json:"method"`
	URL    string            `json:"url"`
	Header string            `json:"header,omitempty"` // lines, each with its CRLF
	Body   string            `json:"body,omitempty"`
	Take   map[string]string `json:"take"` // values by name, each from "header NAME", "cookie NAME" or "json PATH"
	Trust  Trust             `json:"trust,omitzero"`
}

// BeforeMark is the text that stands in a request for a value of the answer before it.
func BeforeMark(name string) string { return "__pushbench.before." + name + "__" }

// Dialogue is what a client of a WebSocket server that is not ours says of its own.
type Dialogue struct {
	Send   []string `json:"send,omitempty"` // texts behind the upgrade
	Answer []Answer `json:"answer,omitempty"`
	Ping   Ping     `json:"ping,omitzero"`
}

// Ping is what a client sends again and again for its server to keep the connection.
type Ping struct {
	Send  string        `json:"send"`
	Every time.Duration `json:"every"` // 0: it sends none
}

// Answer is what is said to a text of the server, each time it comes.
type Answer struct {
	To   string `json:"to"` // how the server's text begins
	With string `json:"with"`
}

// with is the dialogue with the values of a client.
func (d *Dialogue) with(values *strings.Replacer) *Dialogue {
	if d == nil {
		return nil
	}
	out := &Dialogue{Ping: Ping{values.Replace(d.Ping.Send), d.Ping.Every}}
	for _, text := range d.Send {
		out.Send = append(out.Send, values.Replace(text))
	}
	for _, a := range d.Answer {
		out.Answer = append(out.Answer, Answer{a.To, values.Replace(a.With)})
	}
	return out
}

// with is the request with the values of a client.
func (b *Before) with(values *strings.Replacer) *Before {
	if b == nil {
		return nil
	}
	out := *b
	out.URL, out.Header, out.Body = values.Replace(b.URL), values.Replace(b.Header), values.Replace(b.Body)
	return &out
}
