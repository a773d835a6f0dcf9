package scenario

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	reflected "github.com/invopop/jsonschema"

	"github.com/pushbench/pushbench/internal/strict"
)

// Catalog is what a scenario may name and this package cannot know, since the tables stand in packages it must not
// import.
type Catalog struct {
	Phases []Kind[Work]
	Events []Kind[Happens]

	Lanes    []string                // that are part of pushbench
	Options  []string                // of lanes: LANE+OPTION, LANE+A+B
	Controls []string                // options that change nothing in a lane: external ones can have them too
	Check    func(lane string) error // what is wrong with a lane whose words are known; nil: nothing ever is
	Metrics  []string

	Groups map[string][]string // lanes by the name of their group, for WithLanes
}

// lanes are all a scenario may name, but for files and options.
func (c Catalog) lanes() []string { return slices.Concat(c.Lanes, ReadyLanes()) }

// PhaseName is the name of a phase in rows, of those that a file may give.
type PhaseName string

// reserved are the phases every trial can have, and those whose kind is their name.
func reserved() []string {
	return []string{"baseline", "ramp", "level", "idle", "warmup", "warmed", "traced", "uplink-ramp", "uplink-level", "after", "drain"}
}

// Schema is the JSON Schema of a scenario file, for editors and for Parse: the rules in the tags of Scenario and of the kinds.
func Schema(c Catalog) ([]byte, error) {
	root, err := ruleOf(&Scenario{})
	if err != nil {
		return nil, err
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://github.com/pushbench/pushbench/harness/scenario/schema.json"
	root["title"] = "pushbench scenario"
	root["description"] = "One experiment: lanes × workload × phases × repetitions."
	root["$defs"] = definitions()
	properties := root.Child("properties")
	properties.Child("lanes")["items"] = c.laneRule()
	properties.Child("metrics").Child("items")["enum"] = append([]string{}, c.Metrics...) // [] where there are none: null is no enum
	properties["vary"] = varyRule()
	if properties["path"], err = pathRule(); err != nil {
		return nil, err
	}
	if properties.Child("phases")["items"], err = c.phaseRule(); err != nil {
		return nil, err
	}
	return json.MarshalIndent(root, "", "  ")
}

// ruleOf makes the rule of a Go type from the tags of its fields.
func ruleOf(value any) (strict.Rule, error) {
	r := reflected.Reflector{DoNotReference: true, Anonymous: true, RequiredFromJSONSchemaTags: true, Mapper: func(t reflect.Type) *reflected.Schema {
		switch {
		case t.Kind() == reflect.Int64 && t.ConvertibleTo(reflect.TypeFor[time.Duration]()) && t.Name() != "int64":
			return &reflected.Schema{Ref: "#/$defs/duration"}
		case t == reflect.TypeFor[PhaseName]():
			return &reflected.Schema{Ref: "#/$defs/phase"}
		case t == reflect.TypeFor[Share]():
			return &reflected.Schema{Ref: "#/$defs/share"}
		case t == reflect.TypeFor[BitRate]():
			return &reflected.Schema{Ref: "#/$defs/rate"}
		case t == reflect.TypeFor[Phase](), t == reflect.TypeFor[Vary]():
			return &reflected.Schema{Type: "object"}
		default:
			return nil
		}
	}}
	text, err := json.Marshal(r.Reflect(value))
	if err != nil {
		return nil, fmt.Errorf("schema of %T: %w", value, err)
	}
	out := strict.Rule{}
	err = json.Unmarshal(text, &out)
	delete(out, "$schema")
	return out, err
}

func definitions() map[string]any {
	const name = "want up to 64 of a-z, 0-9 and -, not beginning with -"
	pattern := map[string]any{"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$", "patternErrorMessage": name}
	return map[string]any{
		"name":  pattern,
		"share": map[string]any{"type": "string", "pattern": `^[0-9]{1,2}(\.[0-9]+)?%$`, "patternErrorMessage": "want a share from 0% to below 100%, such as 1%"},
		"rate": map[string]any{
			"type": "string", "pattern": `^(unlimited|[0-9]+(\.[0-9]+)?[kMG]?bit/s)$`, "patternErrorMessage": "want a rate such as 10Mbit/s, or unlimited",
		},
		"phase": map[string]any{"$ref": "#/$defs/name", "not": map[string]any{"enum": reserved()}},
		"duration": map[string]any{
			"type": []string{"string", "integer"}, "minimum": 0, "maximum": 0,
			"pattern":             `^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`,
			"patternErrorMessage": "want a duration such as 2s, 500ms or 1m30s",
		},
	}
}

func (c Catalog) laneRule() map[string]any {
	// All words are letters, digits and dashes, which mean themselves in a pattern.
	pattern := "^(" + strings.Join(c.lanes(), "|") + `)(\+(` + strings.Join(c.Options, "|") + "))+$"
	return map[string]any{"type": "string", "anyOf": []any{
		map[string]any{"enum": c.lanes()}, map[string]any{"pattern": pattern}, map[string]any{"pattern": `\.ya?ml(\+[a-z0-9]+)*$`},
	}}
}

// phaseRule is the rule of an item of the list of phases: a key for each kind, and the events.
func (c Catalog) phaseRule() (map[string]any, error) {
	properties := map[string]any{}
	for _, k := range c.Phases {
		one, err := ruleOf(k.New())
		if err != nil {
			return nil, err
		}
		one["description"] = k.About
		properties[k.Name] = one
	}
	names, cases := []string{}, []any{}
	for _, k := range c.Events {
		one, err := ruleOf(k.New())
		if err != nil {
			return nil, err
		}
		if one["properties"] == nil {
			one["properties"] = map[string]any{}
		}
		one.Child("properties")["at"], one.Child("properties")["do"] = map[string]any{}, map[string]any{}
		one["description"] = k.About
		names = append(names, k.Name)
		cases = append(cases, map[string]any{"if": map[string]any{"required": []string{"do"}, "properties": map[string]any{"do": map[string]any{"const": k.Name}}}, "then": one})
	}
	event := map[string]any{
		"type": "object", "required": []string{"at", "do"},
		"properties": map[string]any{
			"at": map[string]any{
				"type": "string", "pattern": `^[0-9]{1,2}(\.[0-9]+)?%$`, "patternErrorMessage": "want a share of the phase from 0% to below 100%, such as 25%",
				"description": "When: a share of the phase, warm-up not included, from 0% to below 100%. Required.",
			},
			"do": map[string]any{"type": "string", "enum": names, "description": "What happens: " + strings.Join(names, ", ") + ". Required."},
		},
	}
	if len(cases) > 0 {
		event["allOf"] = cases
	}
	properties["events"] = map[string]any{
		"type": "array", "description": "What happens inside the phase, each event at its time. Default: nothing.", "items": event,
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}, nil
}

// rules are those of the schema, and what the schema was made for.
type rules struct {
	*strict.Rules

	catalog Catalog
}

func newRules(c Catalog) (*rules, error) {
	text, err := Schema(c)
	if err != nil {
		return nil, err
	}
	r, err := strict.Compile(text)
	if err != nil {
		return nil, err
	}
	r.Explain = c.explain
	return &rules{r, c}, nil
}

// phaseRule is the rule of an item of the list of phases.
func (r *rules) phaseRule() strict.Rule {
	return r.Root.Child("properties").Child("phases").Child("items").Child("properties")
}

// eventRule is the rule of one kind of event.
func (r *rules) eventRule(name string) strict.Rule {
	cases, _ := r.phaseRule().Child("events").Child("items")["allOf"].([]any)
	for _, c := range cases {
		one, _ := c.(map[string]any)
		if strict.Rule(one).Child("if").Child("properties").Child("do")["const"] == name {
			return strict.Rule(one).Child("then")
		}
	}
	return nil
}
