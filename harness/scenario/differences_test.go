package scenario

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	const base = "lanes: [ws-gorilla, sse-gin]\nphases: [{ramp: {to: 5}}, {ramp: {to: 10}}]\nblocks: 6\n"
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"itself":   {base, nil},
		"comments": {"# a remark\n" + base, nil},
		"harmless": {"seed: 9\ndescription: again\nmetrics: [reach]\npatience: 9s\n" + strings.ReplaceAll(base, "blocks: 6", "blocks: 12"), nil},
		"lanes":    {strings.ReplaceAll(base, "ws-gorilla, ", ""), nil},
		"default":  {"reader: batched\n" + base, nil},
		"old word": {"reader: coalesced\n" + base, nil},
		"load":     {"reader: busy-poll\n" + strings.ReplaceAll(base, "{to: 10}", "{to: 20}"), []string{"phases.ramp", "reader"}},
	} {
		a, b := parsed(t, base), parsed(t, c.source)
		for _, pair := range [][2]*Scenario{{a, b}, {b, a}} {
			if got, err := Differences(pair[0], pair[1]); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
			}
		}
	}
}

// A harmless key that is none any more would let two experiments pass for one.
func TestHarmlessKeysExist(t *testing.T) {
	keys := map[string]bool{}
	for f := range reflect.TypeFor[Scenario]().Fields() {
		keys[f.Tag.Get("json")] = true
	}
	for _, key := range harmless() {
		if !keys[key] {
			t.Errorf("a scenario has no key %q", key)
		}
	}
}

func parsed(t *testing.T, source string) *Scenario {
	t.Helper()
	s, err := Parse("base.yaml", []byte(source), catalog())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
