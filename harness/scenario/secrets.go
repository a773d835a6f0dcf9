package scenario

import (
	"cmp"
	"fmt"
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

// literals finds the secrets in a lane file, in every text that reaches a program or a server. What a template fills in is none.
func literals(root *node) (all []Literal) {
	note := func(path string, n *node, secrets []secret.Span) {
		done := 0
		for _, s := range secrets {
			value := n.text[s.From:s.To]
			if n.broken || strings.Contains(value, "{{") {
				continue
			}
			from := max(done, strings.LastIndexByte(n.text[:s.From], '\n')+1)
			all = append(all, Literal{path, n.line, n.column, n.text[from:s.From], value})
			done = s.To
		}
	}
	publish, command := root.child("publish"), root.child("command")
	for path, n := range map[string]*node{
		"url": root.child("url"), "subscribe": root.child("subscribe"), "health": root.child("health"),
		"publish.url": publish.child("url"), "publish.body": publish.child("body"),
	} {
		note(path, n, secret.Find(n.text))
	}
	words := make([]string, len(command.items))
	for i, n := range command.items {
		words[i] = n.text
	}
	for i, secrets := range secret.FindArgs(words) {
		note(fmt.Sprintf("command[%d]", i), command.items[i], secrets)
	}
	for _, f := range root.child("config").fields {
		note("config."+f.key, f.value, secret.FindSettings(f.value.text))
	}
	for path, texts := range map[string]*node{"environment": root.child("environment"), "publish.headers": publish.child("headers")} {
		for _, f := range texts.fields {
			note(path+"."+f.key, f.value, secret.FindValue(f.key, f.value.text))
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

// hidden takes literals, which are in the order of the source, out of it, and returns those that are written so that they are
// not found in it.
func hidden(source string, all []Literal) (_ string, left []Literal) {
	var b strings.Builder
	done := 0
	for _, l := range all {
		begins := offset([]byte(source), position{l.Line, l.Column})
		prefix, value := l.written(source[begins:])
		from := max(done, begins)
		at := strings.Index(source[from:], prefix+value)
		if at < 0 {
			left = append(left, l)
			continue
		}
		at += from + len(prefix)
		b.WriteString(source[done:at])
		b.WriteString(secret.Hidden)
		done = at + len(value)
	}
	return b.String() + source[done:], left
}

// written is a literal as YAML has it in a value that begins so: in quotes some characters are written otherwise.
func (l Literal) written(source string) (prefix, value string) {
	quoted := strings.NewReplacer()
	switch {
	case strings.HasPrefix(source, `"`):
		quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)
	case strings.HasPrefix(source, `'`):
		quoted = strings.NewReplacer(`'`, `''`)
	}
	return quoted.Replace(l.Prefix), quoted.Replace(l.Value)
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
