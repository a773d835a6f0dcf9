package scenario

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/strict"
)

// anyValue stands for a variable of the environment while a file is read.
const anyValue = "anything"

// fileVars are what templates of a file may use while it is read. It notes the variables of the environment that they name, which need
// not be set.
func fileVars(variables *[]string) *program.Vars {
	return &program.Vars{Folder: "/folder", Here: "/here", Peers: "/peers", CPUs: 1, Connections: 1, Env: func(name string) (string, error) {
		if !slices.Contains(*variables, name) {
			*variables = append(*variables, name)
		}
		return anyValue, nil
	}}
}

// program reports what the schema cannot say of a program: lanes and proxies are one.
func (r *reader) program(root *strict.Node, vars *program.Vars) {
	for i, n := range root.Child("command").Items {
		r.template(fmt.Sprintf("command[%d]", i), n, vars)
	}
	r.template("folder", root.Child("folder"), vars)
	for _, key := range []string{"environment", "config"} {
		for _, f := range root.Child(key).Fields {
			r.template(key+"."+strict.Brief(f.Key), f.Value, vars)
		}
	}
	for _, f := range root.Child("config").Fields {
		if !filepath.IsLocal(f.Key) {
			r.Report(f.At, "config: %q does not stay in the folder of the files: want a name such as server.conf", strict.Brief(f.Key))
		}
	}
	for i, n := range root.Child("needs").Items {
		program, file := n.Child("program").Text, n.Child("file").Text
		if (program == "") == (file == "") && !n.Broken {
			r.Report(n.Position, "needs[%d]: want a program or a file", i)
		}
		r.template(fmt.Sprintf("needs[%d].file", i), n.Child("file"), vars)
	}
	for _, f := range root.Child("environment").Fields {
		if f.Key == "" || strings.ContainsAny(f.Key, "=\x00") {
			r.Report(f.At, "environment: %q is no name of a variable", f.Key)
		}
	}
	p := program.Program{URL: root.Child("url").Text}
	if _, err := vars.URL(p, ""); err != nil && !given(p.URL) {
		r.Report(root.Child("url").Position, "url: %s", plainly(err))
	}
	r.url(p, "health", root.Child("health"), vars)
}
