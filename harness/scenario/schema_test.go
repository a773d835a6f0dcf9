package scenario

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/strict"
)

func TestSchemaIsValid(t *testing.T) {
	for _, v := range []Catalog{{}, catalog()} {
		if _, err := newRules(v); err != nil { // compiling checks it against its meta-schema
			t.Error(err)
		}
		b, err := Schema(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "<") {
			t.Errorf("a placeholder is left:\n%s", b)
		}
	}
}

func TestSchemaNamesTheCatalog(t *testing.T) {
	rules, err := newRules(catalog())
	if err != nil {
		t.Fatal(err)
	}
	items := func(key string) strict.Rule { return rules.Root.Child("properties").Child(key).Child("items") }
	either, _ := items("lanes")["anyOf"].([]any)
	if len(either) != 3 {
		t.Fatalf("lanes: %v, want a name, a name with options, or a file", either)
	}
	for _, c := range []struct{ name, got, want string }{
		{"lanes", fmt.Sprint(either[0].(map[string]any)["enum"]), fmt.Sprint(catalog().lanes())},
		{"lanes with options", fmt.Sprint(either[1].(map[string]any)["pattern"]), `^(` + strings.Join(catalog().lanes(), "|") + `)(\+(control|ballast|delay|burn|lossy|tls))+$`},
		{"metrics", fmt.Sprint(items("metrics")["enum"]), fmt.Sprint(catalog().Metrics)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}
