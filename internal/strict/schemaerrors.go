package strict

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// SchemaErrors reports what the schema holds against the file.
func (r *Reader) SchemaErrors(root *Node, rules *Rules) {
	invalid := (*jsonschema.ValidationError)(nil)
	if err := rules.compiled.Validate(root.Value); errors.As(err, &invalid) {
		r.violations(invalid, root, rules)
	}
}

// violations reports the leaves of a tree of errors: its inner nodes only say that something below them is wrong.
func (r *Reader) violations(e *jsonschema.ValidationError, root *Node, rules *Rules) {
	for _, cause := range e.Causes {
		r.violations(cause, root, rules)
	}
	if len(e.Causes) > 0 {
		return
	}
	n, path, broken := root.At(e.InstanceLocation), Label(e.InstanceLocation), rules.at(e.SchemaURL)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			f := n.Field(key)
			f.Value.Broken = true
			r.Report(f.At, "%sunknown key %q%s", path, Brief(key), rules.unknownKey(key, n, broken))
		}
	case *kind.Required:
		n.Broken = true
		for _, key := range k.Missing {
			r.Report(n.Position, "%smissing key %q", path, key)
		}
	case *kind.UniqueItems: // who knows the list names every duplicate, the schema one
	default:
		if n.Broken {
			return
		}
		n.Broken = true
		r.Report(n.Position, "%s%s", path, rules.complaint(e.ErrorKind, n, broken))
	}
}

// explained is what the kind of file has to say; empty: nothing.
func (r *Rules) explained(wrong jsonschema.ErrorKind, n *Node, broken Rule) string {
	if r.Explain == nil {
		return ""
	}
	return r.Explain(wrong, n, broken)
}

// unknownKey is the hint behind a key that is none.
func (r *Rules) unknownKey(key string, n *Node, broken Rule) string {
	if hint := r.explained(&kind.AdditionalProperties{Properties: []string{key}}, n, broken); hint != "" {
		return hint
	}
	return Suggest(Brief(key), broken.Child("properties").Keys())
}

// complaint says what a rule asks of a value and what stands there instead.
func (r *Rules) complaint(wrong jsonschema.ErrorKind, n *Node, broken Rule) string {
	if own := r.explained(wrong, n, broken); own != "" {
		return own
	}
	switch k := wrong.(type) {
	case *kind.Enum:
		var words []string
		for _, w := range k.Want {
			words = append(words, fmt.Sprint(w))
		}
		if _, text := n.Value.(string); text {
			return "unknown " + n.Describe() + Suggest(n.Text, words)
		}
		return "want one of " + strings.Join(words, ", ") + ", not " + n.Describe()
	case *kind.MinItems:
		return "want at least one item, not an empty list"
	default:
		return broken.Wanted() + ", not " + n.Describe()
	}
}

// Brief is a text of the file in a message of one line: its beginning, where it is long.
func Brief(text string) string {
	const most = 60 // characters
	if c := []rune(text); len(c) > most {
		return string(c[:most]) + "..."
	}
	return text
}

// Describe shows a value in a message of one line.
func (n *Node) Describe() string {
	text := Brief(n.Text)
	switch n.Value.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "keys and values"
	case []any:
		return "a list"
	case string:
		return strconv.Quote(text)
	default:
		return text
	}
}

// Label is a path for the head of a message: broadcasts[0].rate and a colon; nothing for the file itself.
func Label(path []string) string {
	var b strings.Builder
	for _, step := range path {
		switch _, err := strconv.Atoi(step); {
		case err == nil:
			b.WriteString("[" + step + "]")
		case b.Len() > 0:
			b.WriteString("." + Brief(step))
		default:
			b.WriteString(Brief(step))
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	return b.String()
}
