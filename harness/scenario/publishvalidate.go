package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// publish reports what the schema cannot say about how messages come to the server.
func (r *reader) publish(root *strict.Node, vars *program.Vars) {
	n := root.Child("publish")
	if n.Broken {
		return
	}
	p := program.Program{URL: root.Child("url").Text}
	r.url(p, "publish.url", n.Child("url"), vars)
	r.url(p, "publish.websocket", n.Child("websocket"), vars)
	r.headers("publish.headers", n.Child("headers"), vars)
	for _, key := range []string{"channel", "stream", "field", "subject", "exchange", "key"} {
		r.template("publish."+key, n.Child(key), vars)
	}
	for _, key := range []string{"send", "command"} {
		for i, text := range n.Child(key).Items {
			r.template(fmt.Sprintf("publish.%s[%d]", key, i), text, vars)
		}
	}
	w, found := r.way(n)
	if !found {
		return
	}
	r.suits(n, w)
	if at := n.Child(w.key); w.broker() && !at.Broken {
		r.broker(w, at, vars)
	}
	r.body(n.Child("body"), w, vars)
}

// way finds the one that a file names; false: what is wrong is reported.
func (r *reader) way(n *strict.Node) (w way, found bool) {
	names := make([]string, 0, len(ways()))
	for _, one := range ways() {
		names = append(names, one.key)
		f := n.Field(one.key)
		switch {
		case f == nil:
		case found:
			r.Report(f.At, "publish.%s: a message is published in one way, and publish.%s is another: leave one of them out", one.key, w.key)
			return w, false
		default:
			w, found = one, true
		}
	}
	if _, keys := n.Value.(map[string]any); !found && keys {
		r.Report(n.Position, "publish: nothing says where: want one of %s", strings.Join(names, ", "))
	}
	return w, found
}

// suits reports keys of other ways, and those that this way lacks.
func (r *reader) suits(n *strict.Node, w way) {
	needed := 0
	for _, f := range n.Fields {
		var of []string
		for _, other := range ways() {
			if slices.Contains(slices.Concat(other.needs, other.takes), f.Key) {
				of = append(of, other.key)
			}
		}
		if len(of) > 0 && !slices.Contains(of, w.key) {
			r.Report(f.At, "publish.%s: is for %s, not %s: leave it out", f.Key, strings.Join(of, " and "), w.key)
		}
		if slices.Contains(w.needs, f.Key) {
			needed++
		}
	}
	if needed == 0 && len(w.needs) > 0 {
		r.Report(n.Field(w.key).At, "publish.%s: needs %s too", w.key, strings.Join(w.needs, " or "))
	}
	if stream, field := n.Field("stream"), n.Field("field"); w.key == wire.ByRedis && stream != nil && n.Field("channel") != nil {
		r.Report(stream.At, "publish.stream: publish.channel is where messages go already: leave one of them out")
	} else if w.key == wire.ByRedis && field != nil && stream == nil {
		r.Report(field.At, "publish.field: is for a stream, and messages of a channel have none: leave it out")
	}
	if n.Field(w.key).Value.Value == "" || w.key == wire.ByCommand && len(n.Child(w.key).Items) == 0 {
		r.Report(n.Field(w.key).At, "publish.%s: is empty", w.key)
	}
}

// broker reports what is no place of one.
func (r *reader) broker(w way, at *strict.Node, vars *program.Vars) {
	text, err := vars.Text(at.Text)
	if err != nil {
		r.template("publish."+w.key, at, vars)
		return
	}
	if _, err := w.at(text); err != nil && !given(at.Text) && at.Text != "" {
		r.Report(at.Position, "publish.%s: %v", w.key, err)
	}
}

// body reports a body that is no template, has no payload, or more lines than a program can be given.
func (r *reader) body(n *strict.Node, w way, vars *program.Vars) {
	if _, text := n.Value.(string); n.Broken || !text {
		return
	}
	const payload = "AAAAAAAAAAAAAAAA"
	t, err := wire.PublishTemplate(n.Text, vars.Env)
	var b strings.Builder
	if err == nil {
		err = t.Execute(&b, wire.Message{Payload: payload})
	}
	switch {
	case err != nil:
		r.Report(n.Position, "publish.body: %s", plainly(err))
	case !strings.Contains(b.String(), payload):
		r.Report(n.Position, "publish.body: nothing in it is the message: write {{.Payload}} where it goes")
	case w.key == wire.ByCommand && strings.Contains(strings.TrimSuffix(b.String(), "\n"), "\n"):
		r.Report(n.Position, "publish.body: has several lines, and the command takes each for a message")
	}
}
