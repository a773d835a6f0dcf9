package scenario

import (
	"bytes"
	_ "embed" // schema.json
	"encoding/json"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Vocabulary is what a scenario may name and this package cannot know, since the tables stand in packages it must not
// import.
type Vocabulary struct {
	Lanes   []string
	Options []string                // of lanes: LANE+OPTION, LANE+A+B
	Check   func(lane string) error // what is wrong with a lane whose words are known; nil: nothing ever is
	Metrics []string

	Groups map[string][]string // lanes by the name of their group, for WithLanes
}

//go:embed schema.json
var schemaJSON []byte

// Schema is the JSON Schema of a scenario file, for editors and for Parse.
func Schema(v Vocabulary) ([]byte, error) {
	schema := schemaJSON
	for placeholder, words := range map[string][]string{`["<lanes>"]`: v.Lanes, `["<metrics>"]`: v.Metrics} {
		list, err := json.Marshal(append([]string{}, words...)) // [] where there are none: null is no enum
		if err != nil {
			return nil, fmt.Errorf("scenario schema: %w", err)
		}
		schema = bytes.Replace(schema, []byte(placeholder), list, 1)
	}
	// All words are letters, digits and dashes, which mean themselves in a pattern and in JSON.
	pattern := "^(" + strings.Join(v.Lanes, "|") + `)(\\+(` + strings.Join(v.Options, "|") + "))+$"
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
	data, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("scenario schema: %w", err)
	}
	root, _ := data.(map[string]any)
	id, _ := root["$id"].(string)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(id, data); err != nil {
		return nil, fmt.Errorf("scenario schema: %w", err)
	}
	compiled, err := c.Compile(id)
	if err != nil {
		return nil, fmt.Errorf("scenario schema: %w", err)
	}
	return &rules{vocabulary: v, compiled: compiled, root: root}, nil
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

// isDuration reports whether the rule is that of a duration.
func (r rule) isDuration() bool { return r["$ref"] == "#/$defs/duration" }
