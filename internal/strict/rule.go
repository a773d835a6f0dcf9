package strict

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Rule is one object of a schema: what holds for one value.
type Rule map[string]any

// Rules is a schema twice: compiled to judge a file, and as data to explain the judgement and to fill in defaults.
type Rules struct {
	Root Rule

	// Explain says what is wrong with a value, or gives the hint behind an unknown key, in words that only one kind of file has.
	// Empty, or nil: those of all files do.
	Explain func(wrong jsonschema.ErrorKind, n *Node, broken Rule) string

	compiled *jsonschema.Schema
}

// Compile makes rules of a schema's text.
func Compile(schema []byte) (*Rules, error) {
	data, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	root, _ := data.(map[string]any)
	id, _ := root["$id"].(string)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(id, data); err != nil {
		return nil, fmt.Errorf("schema %s: %w", id, err)
	}
	compiled, err := c.Compile(id)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", id, err)
	}
	return &Rules{Root: root, compiled: compiled}, nil
}

// at finds the rule a URL with a JSON pointer names; nil if there is none.
func (r *Rules) at(url string) Rule {
	_, pointer, _ := strings.Cut(url, "#")
	found := any(map[string]any(r.Root))
	for key := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		if key != "" {
			found = step(found, key)
		}
	}
	out, _ := found.(map[string]any)
	return out
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

// Child is the rule under a key; nil if there is none.
func (r Rule) Child(key string) Rule {
	switch c := r[key].(type) {
	case map[string]any:
		return c
	case Rule:
		return c
	default:
		return nil
	}
}

// Keys are the names of a mapping in the schema, in alphabetical order.
func (r Rule) Keys() []string { return slices.Sorted(maps.Keys(r)) }

// isTexts reports whether the rule is that of a mapping whose keys the file chooses.
func (r Rule) isTexts() bool {
	return r["$ref"] == "#/$defs/texts" || r.Child("additionalProperties") != nil
}

// Wanted says what a rule asks for.
func (r Rule) Wanted() string {
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
