package doctor

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/secret"
)

// Write writes the lane file: what is known, what was seen as comments, and what only its owner knows, marked by "fill in".
func (d *Draft) Write(w io.Writer, file string) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Drafted by pushbench init, from what %s answered:", d.Base)
	for _, seen := range d.Seen {
		line("# - %s", seen)
	}
	line("# Lines marked \"fill in\" are for you. Then: pushbench conform %s", file)
	if base := strings.TrimSuffix(file, filepath.Ext(file)); nameOf(base) != base {
		line("name: %s", cmp.Or(nameOf(base), nameOf(d.Name), "mine"))
	}
	line("about: %s # fill in", quoted("the server at "+d.Base))
	line("transport: %s", d.Transport)
	line("url: %s # it runs already; with command: in place of this, each trial starts a fresh one", quoted(d.Base))
	if tls := d.tls(); tls != "" {
		line("tls: %s", tls)
	}
	d.subscription(line)
	if d.Gzip {
		line("gzip: true # as browsers offer it")
	}
	switch len(d.JSON) {
	case 0:
	case 1:
		line("envelope: {json: %s}", quoted(d.JSON[0]))
	default:
		line("envelope: {json: %s} # fill in: where a payload is, of %s", quoted(d.JSON[0]), strings.Join(d.JSON, ", "))
	}
	line("publish: {url: /publish} # fill in: the request that has a message sent to all subscribers")
	_, err := io.WriteString(w, b.String())
	return err
}

// subscription are the keys of how clients subscribe.
func (d *Draft) subscription(line func(string, ...any)) {
	headers, path := d.headers(), withoutSecrets(d.Path)
	if len(headers)+len(d.Subprotocols) == 0 {
		line("subscribe: %s", quoted(path))
		return
	}
	line("subscribe:")
	line("  url: %s", quoted(path))
	if len(headers) > 0 {
		line("  headers: {%s}", strings.Join(headers, ", "))
	}
	if len(d.Subprotocols) > 0 {
		line("  subprotocols: [%s]", quoted(d.Subprotocols[0]))
	}
}

// headers are those of the request, one of each name; a secret is a variable of the environment in the file.
func (d *Draft) headers() (all []string) {
	var names []string
	values := map[string]string{}
	for _, h := range d.options.Headers {
		name, value, _ := strings.Cut(h, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), verbatim(strings.TrimSpace(value))
		if secret.Named(name) {
			value = variable(name, "")
		}
		if _, twice := values[name]; twice {
			value = values[name] + ", " + value // as RFC 9110, section 5.3 has it
		} else {
			names = append(names, name)
		}
		values[name] = value
	}
	for _, name := range names {
		all = append(all, quoted(name)+": "+quoted(values[name]))
	}
	return all
}

// withoutSecrets is a path whose parameters that are secrets are variables of the environment.
func withoutSecrets(path string) string {
	path, query, _ := strings.Cut(path, "?")
	path = verbatim(path)
	for i, pair := range strings.Split(query, "&") {
		name, value, given := strings.Cut(pair, "=")
		if given && secret.Parameter(name) {
			value = variable(name, " | urlquery")
		} else {
			name, value = verbatim(name), verbatim(value)
		}
		if pair = name; given {
			pair += "=" + value
		}
		if pair != "" {
			path += map[bool]string{true: "?", false: "&"}[i == 0] + pair
		}
	}
	return path
}

// variable is a template that reads a variable of the environment called like a header or a parameter.
func variable(name, through string) string {
	return `{{env "` + strings.ToUpper(strings.ReplaceAll(nameOf(name), "-", "_")) + `"` + through + `}}`
}

// verbatim is a template of a text.
func verbatim(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }

// tls is what certificates are accepted by; empty: what the system trusts.
func (d *Draft) tls() string {
	switch {
	case d.options.Insecure:
		return "{insecure: true}"
	case d.options.CAFile != "":
		return "{trust: " + quoted(d.options.CAFile) + "}"
	default:
		return ""
	}
}

// quoted is a text in YAML: JSON is.
func quoted(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // of a text there is nothing to fail
	return strings.TrimSpace(b.String())
}

// stringsWithin are the paths of the texts in a JSON document, the longest text first: payloads are longer than types and ids.
func stringsWithin(document string) (paths []string) {
	var at any
	if json.Unmarshal([]byte(document), &at) != nil {
		return nil
	}
	length := map[string]int{}
	var walk func(path string, at any)
	walk = func(path string, at any) {
		switch at := at.(type) {
		case string:
			if path != "" {
				length[path] = len(at)
				paths = append(paths, path)
			}
		case map[string]any:
			for name, member := range at {
				if name != "" && name != "*" && !strings.Contains(name, ".") {
					walk(strings.TrimPrefix(path+"."+name, "."), member)
				}
			}
		case []any:
			if len(at) > 0 {
				walk(strings.TrimPrefix(path+".*", "."), at[0])
			}
		}
	}
	walk("", at)
	slices.SortFunc(paths, func(a, b string) int {
		if length[a] != length[b] {
			return length[b] - length[a]
		}
		return strings.Compare(a, b)
	})
	return paths
}
