package scenario

import (
	"bytes"
	_ "embed" // schema.json
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Vocabulary is what a scenario may name and this package cannot know, since the tables stand in packages it must not
// import.
type Vocabulary struct {
	Lanes   []string                // that are part of pushbench
	Options []string                // of lanes: LANE+OPTION, LANE+A+B
	Twins   []string                // options that change nothing in a lane: external ones can have them too
	Check   func(lane string) error // what is wrong with a lane whose words are known; nil: nothing ever is
	Metrics []string

	Groups map[string][]string // lanes by the name of their group, for WithLanes
}

// lanes are all a scenario may name, but for files and options.
func (v Vocabulary) lanes() []string { return slices.Concat(v.Lanes, ReadyLanes()) }

//go:embed schema.json
var schemaJSON []byte

// Schema is the JSON Schema of a scenario file, for editors and for Parse.
func Schema(v Vocabulary) ([]byte, error) {
	schema := schemaJSON
	for placeholder, words := range map[string][]string{`["<lanes>"]`: v.lanes(), `["<metrics>"]`: v.Metrics} {
		list, err := json.Marshal(append([]string{}, words...)) // [] where there are none: null is no enum
		if err != nil {
			return nil, fmt.Errorf("scenario schema: %w", err)
		}
		schema = bytes.Replace(schema, []byte(placeholder), list, 1)
	}
	// All words are letters, digits and dashes, which mean themselves in a pattern and in JSON.
	pattern := "^(" + strings.Join(v.lanes(), "|") + `)(\\+(` + strings.Join(v.Options, "|") + "))+$"
	return bytes.Replace(schema, []byte("<lanes with options>"), []byte(pattern), 1), nil
}

// rule is one object of the schema: what holds for one value.
type rule map[string]any

// rules is the schema twice: compiled to judge a file, and as data to explain the judgement and to fill in defaults.
type rules struct {
	vocabulary Vocabulary
	compiled   *jsonschema.Schema
	root       rule
}

func newRules(v Vocabulary) (*rules, error) {
	text, err := Schema(v)
	if err != nil {
		return nil, err
	}
	r, err := compile(text)
	if err != nil {
		return nil, err
	}
	r.vocabulary = v
	return r, nil
}

// compile makes rules of a schema's text.
func compile(text []byte) (*rules, error) {
	data, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
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
	return &rules{compiled: compiled, root: root}, nil
}

// at finds the rule a URL with a JSON pointer names; nil if there is none.
func (r *rules) at(url string) rule {
	_, pointer, _ := strings.Cut(url, "#")
	found := r.root
	for key := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		if key != "" {
			found = found.child(key)
		}
	}
	return found
}

// child is the rule under a key; nil if there is none.
func (r rule) child(key string) rule {
	c, _ := r[key].(map[string]any)
	return c
}

// isTexts reports whether the rule is that of a mapping whose keys the file chooses.
func (r rule) isTexts() bool { return r["$ref"] == "#/$defs/texts" }

// isDuration reports whether the rule is that of a duration.
func (r rule) isDuration() bool { return r["$ref"] == "#/$defs/duration" }
