package scenario

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
)

// laneMeaning reports what the schema of lane files cannot say.
func (r *reader) laneMeaning(root *node) {
	command, base := root.child("command"), root.child("url")
	if len(command.items) == 0 && base.text == "" && !command.broken && !base.broken || root.field("command") == nil && root.field("url") == nil {
		r.report(root.position, "neither a command to start nor the url of a server that runs")
	}
	vars := &Vars{Folder: "/folder", Here: "/here", Peers: "/peers", CPUs: 1, Connections: 1}
	defer vars.Release()
	for i, n := range command.items {
		r.template(fmt.Sprintf("command[%d]", i), n, vars)
	}
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
	r.urls(root, vars)
	r.body(root.child("publish").child("body"))
}

// urls reports what does not come to a URL.
func (r *reader) urls(root *node, vars *Vars) {
	e := &External{URL: root.child("url").text}
	if _, err := vars.URL(e, ""); err != nil {
		r.report(root.child("url").position, "url: %v", err)
		return
	}
	for path, n := range map[string]*node{
		"subscribe": root.child("subscribe"), "health": root.child("health"), "publish.url": root.child("publish").child("url"),
	} {
		if _, text := n.value.(string); n.broken || !text {
			continue
		}
		if _, err := vars.URL(e, n.text); err != nil {
			r.report(n.position, "%s: %v", path, plainly(err))
		}
	}
}

// template reports a text that is none.
func (r *reader) template(path string, n *node, vars *Vars) {
	if _, text := n.value.(string); n.broken || !text {
		return
	}
	if _, err := vars.Text(n.text); err != nil {
		r.report(n.position, "%s: %s", path, plainly(err))
	}
}

// body reports a body that is no template, or has no payload.
func (r *reader) body(n *node) {
	if _, text := n.value.(string); n.broken || !text {
		return
	}
	const payload = "AAAAAAAAAAAAAAAA"
	t, err := wire.PublishTemplate(n.text)
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
	return "template line " + strings.Replace(text, " in type *scenario.Vars", "", 1)
}

// foreign reports what a scenario asks of lanes that are no part of pushbench and cannot be had of them.
func (r *reader) foreign(root *node, all lanes) {
	for _, name := range slices.Sorted(maps.Keys(all.externals)) {
		if n := root.child("servers"); !n.broken && n.text != "" && n.text != "1" {
			r.report(n.position, "servers: lane %s is not part of pushbench and runs once: want 1, not %s", name, n.text)
		}
		for i, b := range root.child("broadcasts").items {
			if n := b.child("cut"); n.value == true {
				r.report(n.position, "broadcasts[%d].cut: lane %s is not part of pushbench and cannot be told to end its connections", i, name)
			}
			if n := b.child("payload"); n.value == wire.PayloadBinary {
				r.report(n.position, "broadcasts[%d].payload: lane %s is not part of pushbench and is published to in text: want text, json or random", i, name)
			}
			if n := b.child("stall"); !all.externals[name].Started() && n.text != "" && n.text != "0" {
				r.report(n.position, "broadcasts[%d].stall: lane %s is not started by pushbench and will not be stopped by it", i, name)
			}
		}
	}
}
