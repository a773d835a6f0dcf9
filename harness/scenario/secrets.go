package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/strict"
)

// Literal is a secret that stands in a lane file itself.
type Literal struct {
	Path    string // of the text it is in, such as publish.headers.Authorization
	Line    int    // of that text
	Column  int
	Missing bool // secret.Hidden stands in its place: the file is a record's
}

// hide finds the secrets in a lane file. The record of a file that has some is its document without them, as JSON; of one that has none
// it is the source.
func (e *External) hide(root *strict.Node, source string) error {
	document := e.covered(nil, root)
	if e.Record = source; len(e.Literals) == 0 {
		return nil
	}
	text, err := json.Marshal(document)
	e.Record = string(text)
	return err
}

// covered is a value of a lane file without the secrets in it, which it notes.
func (e *External) covered(path []string, n *strict.Node) any {
	below := func(step string) []string { return append(slices.Clone(path), step) }
	switch n.Value.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, f := range n.Fields {
			out[f.Key] = e.covered(below(f.Key), f.Value)
		}
		return out
	case []any:
		out, words := make([]any, len(n.Items)), make([]string, len(n.Items))
		for i, item := range n.Items {
			words[i] = item.Text
		}
		for i, secrets := range secret.FindArgs(words) {
			if item := n.Items[i]; slices.Contains([]string{"command", "publish.command"}, strings.Join(path, ".")) {
				out[i] = e.cover(below(fmt.Sprint(i)), item, secrets)
			} else {
				out[i] = e.covered(below(fmt.Sprint(i)), item)
			}
		}
		return out
	case string:
		return e.cover(path, n, secretsIn(path, n.Text))
	default:
		return n.Value
	}
}

// secretsIn finds the secrets in a text by the key it is under.
func secretsIn(path []string, text string) []secret.Span {
	key := path[len(path)-1]
	switch strings.Join(path[:len(path)-1], ".") {
	case "config":
		return secret.FindSettings(text)
	case "environment", "publish.headers", "subscribe.headers":
		return secret.FindValue(key, text)
	default:
		return secret.Find(text)
	}
}

// cover hides secrets in a text and notes them. What a template fills in is none.
func (e *External) cover(path []string, n *strict.Node, secrets []secret.Span) string {
	secrets = slices.DeleteFunc(secrets, func(s secret.Span) bool { return strings.Contains(n.Text[s.From:s.To], "{{") })
	for _, s := range secrets {
		e.Literals = append(e.Literals, Literal{strings.TrimSuffix(strict.Label(path), ": "), n.Line, n.Column, n.Text[s.From:s.To] == secret.Hidden})
	}
	return secret.Cover(n.Text, secrets)
}

// Exposed says which secrets stand in the file of a lane, a line for each.
func (e *External) Exposed() (warnings []string) {
	for _, l := range e.Literals {
		if e.Here != "" && !l.Missing { // ready lanes are known to all
			warnings = append(warnings, fmt.Sprintf("%s:%d:%d: %s: a secret in a file: write {{env \"NAME\"}} in its place; records have it as %s", e.File, l.Line, l.Column, l.Path, secret.Hidden))
		}
	}
	return warnings
}

// incomplete tells whether a lane file is a record's, without the secrets it had.
func (e *External) incomplete() bool {
	return slices.ContainsFunc(e.Literals, func(l Literal) bool { return l.Missing })
}
