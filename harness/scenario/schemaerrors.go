package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemaErrors reports what the schema holds against the file.
func (r *reader) schemaErrors(root *node, rules *rules) {
	invalid := (*jsonschema.ValidationError)(nil)
	if err := rules.compiled.Validate(root.value); errors.As(err, &invalid) {
		r.violations(invalid, root, rules)
	}
}

// violations reports the leaves of a tree of errors: its inner nodes only say that something below them is wrong.
func (r *reader) violations(e *jsonschema.ValidationError, root *node, rules *rules) {
	for _, cause := range e.Causes {
		r.violations(cause, root, rules)
	}
	if len(e.Causes) > 0 {
		return
	}
	n, path, broken := root.at(e.InstanceLocation), label(e.InstanceLocation), rules.at(e.SchemaURL)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			f := n.field(key)
			f.value.broken = true
			r.report(f.at, "%sunknown key %q%s", path, brief(key), unknownKey(key, len(e.InstanceLocation) == 0, broken))
		}
	case *kind.Required:
		n.broken = true
		for _, key := range k.Missing {
			r.report(n.position, "%smissing key %q", path, key)
		}
	case *kind.UniqueItems: // validate names every duplicate, the schema one
	default:
		if n.broken {
			return
		}
		n.broken = true
		r.report(n.position, "%s%s", path, complaint(e.ErrorKind, n, broken, rules.catalog))
	}
}

// unknownKey is the hint behind a key that is none.
func unknownKey(key string, root bool, broken rule) string {
	if root && slices.Contains([]string{"connections", "ramp", "idle", "warmup", "broadcasts", "uplinks", "trace"}, key) && broken.child("properties").child("phases") != nil {
		return `: what a trial does is a list of phases, such as phases: [{ramp: {to: 1000}}, {broadcast: {rate: 2, for: 5s}}]`
	}
	return Suggest(brief(key), broken.child("properties").keys())
}

// step follows a key or an index.
func step(from any, key string) any {
	switch from := from.(type) {
	case map[string]any:
		return from[key]
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i < len(from) {
			return from[i]
		}
	}
	return nil
}

// complaint says what a rule asks of a value and what stands there instead.
func complaint(k jsonschema.ErrorKind, n *node, broken rule, c Catalog) string {
	switch k := k.(type) {
	case *kind.Enum:
		var words []string
		for _, w := range k.Want {
			words = append(words, fmt.Sprint(w))
		}
		if strings.HasPrefix(n.text, groupMark) {
			return n.describe() + " is a group, which only --lanes knows: name its lanes here"
		}
		if _, text := n.value.(string); text {
			hint := Suggest(n.text, words)
			if parts := strings.Split(n.text, "+"); len(parts) > 1 {
				hint = c.suggestLane(parts)
			}
			return "unknown " + n.describe() + hint
		}
		return "want one of " + strings.Join(words, ", ") + ", not " + n.describe()
	case *kind.Not:
		return n.describe() + " is a phase every trial can have: choose another name"
	case *kind.MinItems:
		if k.Want > 1 {
			return fmt.Sprintf("want %d levels or more, not %d", k.Want, k.Got)
		}
		return "want at least one item, not an empty list"
	case *kind.MaxItems:
		return fmt.Sprintf("want at most %d levels, not %d", k.Want, k.Got)
	case *kind.MinProperties, *kind.MaxProperties:
		return "want one key and its levels, such as heartbeat.every: [1s, 5s, 15s]"
	default:
		return broken.wanted() + ", not " + n.describe()
	}
}

// wanted says what a rule asks for.
func (r rule) wanted() string {
	if message, ok := r["patternErrorMessage"].(string); ok {
		return message
	}
	switch r["type"] {
	case "integer":
		return fmt.Sprintf("want a whole number from %v to %v", r["minimum"], r["maximum"])
	case "number":
		if above, ok := r["exclusiveMinimum"]; ok {
			return fmt.Sprintf("want a number above %v, up to %v", above, r["maximum"])
		}
		return fmt.Sprintf("want a number from %v to %v", r["minimum"], r["maximum"])
	case "boolean":
		return "want true or false"
	case "array":
		return "want a list"
	case "object":
		return "want keys and values"
	default:
		return "want text"
	}
}

// brief is a text of the file in a message of one line: its beginning, where it is long.
func brief(text string) string {
	const most = 60 // characters
	if c := []rune(text); len(c) > most {
		return string(c[:most]) + "..."
	}
	return text
}

// describe shows a value in a message of one line.
func (n *node) describe() string {
	text := brief(n.text)
	switch n.value.(type) {
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

// label is a path for the head of a message: broadcasts[0].rate and a colon; nothing for the file itself.
func label(path []string) string {
	var b strings.Builder
	for _, step := range path {
		switch _, err := strconv.Atoi(step); {
		case err == nil:
			b.WriteString("[" + step + "]")
		case b.Len() > 0:
			b.WriteString("." + brief(step))
		default:
			b.WriteString(brief(step))
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	return b.String()
}
