package scenario

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/strict"
)

// websocket is the transport with a conversation; those of all others are streams of a response.
const websocket = "websocket"

// subscribe reports what the schema cannot say about how clients subscribe.
func (r *reader) subscribe(root *strict.Node, vars *program.Vars, taken []string) {
	n, transport := root.Child("subscribe"), root.Child("transport")
	before := n.Child("before")
	p := program.Program{URL: root.Child("url").Text}
	r.url(p, "subscribe.before.url", before.Child("url"), vars)
	r.headers("subscribe.before.headers", before.Child("headers"), vars)
	r.template("subscribe.before.body", before.Child("body"), vars)
	for i, text := range n.Child("send").Items {
		r.template(fmt.Sprintf("subscribe.send[%d]", i), text, vars)
	}
	for _, f := range n.Child("answer").Fields {
		r.template("subscribe.answer."+strict.Brief(f.Key), f.Value, vars)
	}
	r.template("subscribe.ping.send", n.Child("ping").Child("send"), vars)
	vars.Taken = taken // by the texts of the request alone
	r.url(p, "subscribe", n, vars)
	r.url(p, "subscribe.url", n.Child("url"), vars)
	r.headers("subscribe.headers", n.Child("headers"), vars)
	r.template("subscribe.body", n.Child("body"), vars)
	for _, f := range n.Child("headers").Fields {
		if strings.HasPrefix(http.CanonicalHeaderKey(f.Key), "Sec-Websocket-") {
			r.Report(f.At, "subscribe.headers.%s: is made for each connection: a subprotocol goes under subscribe.subprotocols", f.Key)
		}
	}
	if transport.Broken {
		return
	}
	const streams = "sse, ndjson or http-stream"
	for _, only := range []struct{ key, transport string }{
		{"method", streams}, {"body", streams}, {"subprotocols", websocket}, {"send", websocket}, {"answer", websocket}, {"ping", websocket},
	} {
		if f := n.Field(only.key); f != nil && (only.transport == websocket) != (transport.Text == websocket) {
			r.Report(f.At, "subscribe.%s: is for transport %s, not %s: leave it out", only.key, only.transport, transport.Text)
		}
	}
	if f := n.Field("resume"); f != nil && f.Value.Value == true && transport.Text != "sse" {
		r.Report(f.At, "subscribe.resume: is for transport sse, whose events have ids, not %s: leave it out", transport.Text)
	}
}
