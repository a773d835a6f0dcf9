package scenario

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/secret"
)

// Literal is a secret that stands in a lane file itself.
type Literal struct {
	Path   string // of the key it is under, such as publish.headers.Authorization
	Line   int    // of that key's value
	Column int
	Prefix string // what stands before it there
	Value  string // secret.Hidden where the file is a record's
}

var (
	userinfo  = regexp.MustCompile(`(://)([^/?#\s]*)@`)
	parameter = regexp.MustCompile(`([?&;]([^=&;#?\s]+)=)([^&;#\s]+)`)
)

// literals finds the secrets in a lane file: credentials in URLs, and the values of parameters, headers and variables whose
// names say it. What a template fills in is none.
func literals(root *node) (all []Literal) {
	note := func(path string, n *node, prefix, value string) {
		if value != "" && !strings.Contains(value, "{{") && !n.broken {
			all = append(all, Literal{path, n.line, n.column, prefix, value})
		}
	}
	publish := root.child("publish")
	for path, n := range map[string]*node{"url": root.child("url"), "subscribe": root.child("subscribe"), "health": root.child("health"), "publish.url": publish.child("url")} {
		if m := userinfo.FindStringSubmatch(n.text); m != nil {
			note(path, n, m[1], m[2])
		}
		for _, m := range parameter.FindAllStringSubmatch(n.text, -1) {
			if name, err := url.QueryUnescape(m[2]); err == nil && secret.Named(name) {
				note(path, n, m[1], m[3])
			}
		}
	}
	for i, n := range root.child("command").items {
		flag, value, joined := strings.Cut(n.text, "=")
		path := fmt.Sprintf("command[%d]", i)
		switch {
		case strings.HasPrefix(flag, "-") && joined && secret.Named(flag):
			note(path, n, flag+"=", value)
		case i > 0 && secret.Named(root.child("command").items[i-1].text) && strings.HasPrefix(root.child("command").items[i-1].text, "-"):
			note(path, n, "", n.text)
		}
	}
	for path, texts := range map[string]*node{"environment": root.child("environment"), "publish.headers": publish.child("headers")} {
		for _, f := range texts.fields {
			if value := secret.Credential(f.value.text); secret.Named(f.key) {
				note(path+"."+f.key, f.value, strings.TrimSuffix(f.value.text, value), value)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Literal) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return all
}

// Recorded is the source of a lane file without the secrets in it, as it is kept with a run.
func (e *External) Recorded() string {
	text, _ := hidden(e.Source, e.Literals) // each is found: ParseLane has refused others
	return text
}

// hidden takes literals out of a source, and returns those that are written so that they are not found in it.
func hidden(source string, all []Literal) (_ string, left []Literal) {
	for _, l := range slices.Backward(all) {
		from := offset([]byte(source), position{l.Line, l.Column})
		at := strings.Index(source[from:], l.Prefix+l.Value)
		if at < 0 {
			left = append(left, l)
			continue
		}
		at += from + len(l.Prefix)
		source = source[:at] + secret.Hidden + source[at+len(l.Value):]
	}
	return source, left
}

// Exposed says which secrets stand in the file of a lane, a line for each.
func (e *External) Exposed() (warnings []string) {
	for _, l := range e.Literals {
		if e.Here != "" && l.Value != secret.Hidden { // ready lanes are known to all
			warnings = append(warnings, fmt.Sprintf("%s:%d:%d: %s: a secret in a file: write {{env \"NAME\"}} in its place; records have it as %s", e.File, l.Line, l.Column, l.Path, secret.Hidden))
		}
	}
	return warnings
}

// incomplete tells whether a lane file is a record's, without the secrets it had.
func (e *External) incomplete() bool {
	return slices.ContainsFunc(e.Literals, func(l Literal) bool { return l.Value == secret.Hidden })
}
