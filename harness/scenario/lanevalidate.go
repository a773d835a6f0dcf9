package scenario

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// validateLane reports what the schema of lane files cannot say, and returns the variables of the environment that the lane
// names. They need not be set to read it.
func (r *reader) validateLane(root *node) (variables []string) {
	command, base := root.child("command"), root.child("url")
	if len(command.items) == 0 && base.text == "" && !command.broken && !base.broken || root.field("command") == nil && root.field("url") == nil {
		r.report(root.position, "neither a command to start nor the url of a server that runs")
	}
	vars := &program.Vars{Folder: "/folder", Here: "/here", Peers: "/peers", CPUs: 1, Connections: 1, Env: func(name string) (string, error) {
		if !slices.Contains(variables, name) {
			variables = append(variables, name)
		}
		return anyValue, nil
	}}
	defer vars.Release()
	if n := root.child("gzip"); n.value == true && root.child("transport").text == "websocket" {
		r.report(n.position, "gzip: is for event streams, and WebSocket has a compression of its own: leave it out")
	}
	for i, n := range command.items {
		r.template(fmt.Sprintf("command[%d]", i), n, vars)
	}
	r.template("folder", root.child("folder"), vars)
	for _, key := range []string{"environment", "config"} {
		for _, f := range root.child(key).fields {
			r.template(key+"."+brief(f.key), f.value, vars)
		}
	}
	for _, f := range root.child("config").fields {
		if !filepath.IsLocal(f.key) {
			r.report(f.at, "config: %q does not stay in the folder of the files: want a name such as server.conf", brief(f.key))
		}
	}
	for i, n := range root.child("needs").items {
		program, file := n.child("program").text, n.child("file").text
		if (program == "") == (file == "") && !n.broken {
			r.report(n.position, "needs[%d]: want a program or a file", i)
		}
		r.template(fmt.Sprintf("needs[%d].file", i), n.child("file"), vars)
	}
	for _, f := range root.child("environment").fields {
		if f.key == "" || strings.ContainsAny(f.key, "=\x00") {
			r.report(f.at, "environment: %q is no name of a variable", f.key)
		}
	}
	r.urls(root, vars)
	r.headers(root.child("publish").child("headers"), vars)
	r.body(root.child("publish").child("body"), vars)
	slices.Sort(variables)
	return variables
}

// anyValue stands for a variable of the environment while a lane file is read.
const anyValue = "anything"

// urls reports what does not come to a URL.
func (r *reader) urls(root *node, vars *program.Vars) {
	p := program.Program{URL: root.child("url").text}
	if _, err := vars.URL(p, ""); err != nil {
		if !given(p.URL) {
			r.report(root.child("url").position, "url: %s", plainly(err))
		}
		return
	}
	for path, n := range map[string]*node{
		"subscribe": root.child("subscribe"), "health": root.child("health"), "publish.url": root.child("publish").child("url"),
	} {
		if _, text := n.value.(string); n.broken || !text {
			continue
		}
		if _, err := vars.URL(p, n.text); err != nil && !given(n.text) {
			r.report(n.position, "%s: %v", path, plainly(err))
		}
	}
}

// given tells whether a URL is known only where a variable is set that it begins with.
func given(text string) bool {
	return strings.HasPrefix(strings.ReplaceAll(text, " ", ""), "{{env")
}

// headers reports those that no request can have.
func (r *reader) headers(n *node, vars *program.Vars) {
	seen := map[string]string{}
	for _, f := range n.fields {
		path, name := "publish.headers."+f.key, http.CanonicalHeaderKey(f.key)
		r.template(path, f.value, vars)
		value, _ := vars.Text(f.value.text) // what is wrong with it is reported
		switch {
		case !httpguts.ValidHeaderFieldName(f.key):
			r.report(f.at, "publish.headers: %q is no name of a header", f.key)
		case slices.Contains([]string{"Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Upgrade", "Expect"}, name):
			r.report(f.at, "%s: belongs to the connection, and is made for each request: leave it out", path)
		case seen[name] != "":
			r.report(f.at, "%s: %s is the same header: give it one value", path, seen[name])
		case !httpguts.ValidHeaderFieldValue(value):
			r.report(f.value.position, "%s: holds a line break or another control character, which no header can", path)
		case name == "Host" && !httpguts.ValidHostHeader(value):
			r.report(f.value.position, "%s: %q is no host", path, value)
		}
		seen[name] = f.key
	}
}

// template reports a text that is none.
func (r *reader) template(path string, n *node, vars *program.Vars) {
	if _, text := n.value.(string); n.broken || !text {
		return
	}
	switch _, err := vars.Text(n.text); {
	case err != nil:
		r.report(n.position, "%s: %s", path, plainly(err))
	case strings.Contains(n.text, "\x00"):
		r.report(n.position, "%s: holds a NUL byte, which ends texts there", path)
	}
}

// body reports a body that is no template, or has no payload.
func (r *reader) body(n *node, vars *program.Vars) {
	if _, text := n.value.(string); n.broken || !text {
		return
	}
	const payload = "AAAAAAAAAAAAAAAA"
	t, err := wire.PublishTemplate(n.text, vars.Env)
	var b strings.Builder
	if err == nil {
		err = t.Execute(&b, wire.Message{Payload: payload})
	}
	switch {
	case err != nil:
		r.report(n.position, "publish.body: %s", plainly(err))
	case !strings.Contains(b.String(), payload):
		r.report(n.position, "publish.body: nothing in it is the message: write {{.Payload}} where it goes")
	}
}

// plainly is an error of a template without the name of the template, which has none.
func plainly(err error) string {
	_, text, found := strings.Cut(err.Error(), "template: :")
	if !found {
		return err.Error()
	}
	text = strings.Replace(text, `executing "" `, "", 1)
	return "template line " + strings.Replace(text, " in type *program.Vars", "", 1)
}

// validateExternals reports what a scenario asks of lanes that are no part of pushbench and cannot be had of them.
func (r *reader) validateExternals(root *node, all lanes) {
	for _, name := range slices.Sorted(maps.Keys(all.externals)) {
		if n := root.child("servers"); !n.broken && n.text != "" && n.text != "1" {
			r.report(n.position, "servers: lane %s is not part of pushbench and runs once: want 1, not %s", name, n.text)
		}
	}
}
