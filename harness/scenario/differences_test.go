package scenario

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	const base = "lanes: [ws-gorilla, sse-gin]\nconnections: [5, 10]\nblocks: 6\nbroadcasts:\n  - {name: one, rate: 20, duration: 1s}\n"
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"itself":   {base, nil},
		"comments": {"# a remark\n" + base, nil},
		"harmless": {"seed: 9\ndescription: again\nmetrics: [reach]\npatience: 9s\n" + strings.ReplaceAll(base, "blocks: 6", "blocks: 12"), nil},
		"lanes":    {strings.ReplaceAll(base, "ws-gorilla, ", ""), nil},
		"default":  {"reader: coalesced\n" + base, nil},
		"load":     {"reader: awake\n" + strings.ReplaceAll(base, "[5, 10]", "[5, 20]"), []string{"connections", "reader"}},
		"messages": {strings.ReplaceAll(base, "rate: 20", "rate: 21"), []string{"broadcasts"}},
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
	s, err := Parse("base.yaml", []byte(source), vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
