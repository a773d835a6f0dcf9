package scenario

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// validateLane reports what the schema of lane files cannot say, and returns the variables of the environment that the lane
// names. They need not be set to read it.
func (r *reader) validateLane(root *strict.Node, columns, taken []string) (variables []string) {
	command, base := root.Child("command"), root.Child("url")
	if len(command.Items) == 0 && base.Text == "" && !command.Broken && !base.Broken || root.Field("command") == nil && root.Field("url") == nil {
		r.Report(root.Position, "neither a command to start nor the url of a server that runs")
	}
	vars := fileVars(&variables)
	defer vars.Release()
	if n := root.Child("gzip"); n.Value == true && root.Child("transport").Text != "sse" {
		r.Report(n.Position, "gzip: is for event streams (transport sse): leave it out")
	}
	r.program(root, vars)
	r.publish(root, vars)
	r.envelope(root.Child("envelope"))
	vars.Each, vars.Columns = true, columns
	r.subscribe(root, vars, taken)
	slices.Sort(variables)
	return variables
}

// url reports what does not come to a URL.
func (r *reader) url(p program.Program, path string, n *strict.Node, vars *program.Vars) {
	_, base := vars.URL(p, "")
	if _, text := n.Value.(string); n.Broken || !text || base != nil { // the URL it is relative to is wrong, and reported
		return
	}
	if _, err := vars.URL(p, n.Text); err != nil && !given(n.Text) {
		r.Report(n.Position, "%s: %v", path, plainly(err))
	}
}

// given tells whether a URL is known only where a variable is set that it begins with.
func given(text string) bool {
	return strings.HasPrefix(strings.ReplaceAll(text, " ", ""), "{{env")
}

// headers reports those that no request can have.
func (r *reader) headers(at string, n *strict.Node, vars *program.Vars) {
	seen := map[string]string{}
	for _, f := range n.Fields {
		path, name := at+"."+f.Key, http.CanonicalHeaderKey(f.Key)
		r.template(path, f.Value, vars)
		value, _ := vars.Text(f.Value.Text) // what is wrong with it is reported
		switch {
		case !httpguts.ValidHeaderFieldName(f.Key):
			r.Report(f.At, "%s: %q is no name of a header", at, f.Key)
		case slices.Contains([]string{"Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Upgrade", "Expect"}, name):
			r.Report(f.At, "%s: belongs to the connection, and is made for each request: leave it out", path)
		case seen[name] != "":
			r.Report(f.At, "%s: %s is the same header: give it one value", path, seen[name])
		case !httpguts.ValidHeaderFieldValue(value):
			r.Report(f.Value.Position, "%s: holds a line break or another control character, which no header can", path)
		case name == "Host" && !httpguts.ValidHostHeader(value):
			r.Report(f.Value.Position, "%s: %q is no host", path, value)
		}
		seen[name] = f.Key
	}
}

// template reports a text that is none.
func (r *reader) template(path string, n *strict.Node, vars *program.Vars) {
	if _, text := n.Value.(string); n.Broken || !text {
		return
	}
	switch _, err := vars.Text(n.Text); {
	case err != nil:
		r.Report(n.Position, "%s: %s", path, plainly(err))
	case strings.Contains(n.Text, "\x00"):
		r.Report(n.Position, "%s: holds a NUL byte, which ends texts there", path)
	}
}

// envelope reports ways to find a payload that exclude one another, and a path that is none.
func (r *reader) envelope(n *strict.Node) {
	path := n.Field("json")
	if path == nil || path.Value.Broken || path.Value.Text == "" {
		return
	}
	if err := wire.JSONPath(path.Value.Text); err != nil {
		r.Report(path.Value.Position, "envelope.json: %v", err)
	}
	for _, key := range []string{"before", "after"} {
		if f := n.Field(key); f != nil {
			r.Report(f.At, "envelope.%s: json says already where the payload is: leave out one of the two", key)
		}
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
func (r *reader) validateExternals(root *strict.Node, all lanes) {
	for _, name := range slices.Sorted(maps.Keys(all.externals)) {
		if n := root.Child("servers"); !n.Broken && n.Text != "" && n.Text != "1" {
			r.Report(n.Position, "servers: lane %s is not part of pushbench and runs once: want 1, not %s", name, n.Text)
		}
		if n := root.Child("gomaxprocs"); !n.Broken && n.Text != "" && n.Text != "0" {
			r.Report(n.Position, "gomaxprocs: lane %s is not part of pushbench: its file sets its environment", name)
		}
	}
}
