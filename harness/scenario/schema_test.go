package scenario

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

func TestSchemaIsValid(t *testing.T) {
	for _, v := range []Vocabulary{{}, vocabulary()} {
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

func TestSchemaNamesTheVocabulary(t *testing.T) {
	rules, err := newRules(vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	items := func(key string) rule { return rules.root.child("properties").child(key).child("items") }
	either, _ := items("lanes")["anyOf"].([]any)
	if len(either) != 3 {
		t.Fatalf("lanes: %v, want a name, a name with options, or a file", either)
	}
	for _, c := range []struct{ name, got, want string }{
		{"lanes", fmt.Sprint(either[0].(map[string]any)["enum"]), fmt.Sprint(vocabulary().lanes())},
		{"lanes with options", fmt.Sprint(either[1].(map[string]any)["pattern"]), `^(` + strings.Join(vocabulary().lanes(), "|") + `)(\+(twin|ballast|delay|burn|lossy|tls))+$`},
		{"metrics", fmt.Sprint(items("metrics")["enum"]), fmt.Sprint(vocabulary().Metrics)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

// Editors show the description: it must say what a key means, and the default that holds.
func TestEveryKeyIsDescribed(t *testing.T) {
	rules, err := newRules(vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	var walk func(path string, r rule)
	walk = func(path string, r rule) {
		required := fmt.Sprint(r["required"])
		for key := range r.child("properties") {
			p := r.child("properties").child(key)
			help, _ := p["description"].(string)
			def, given := p["default"]
			number, isNumber := def.(json.Number)
			text, isText := def.(string)
			switch {
			case help == "":
				t.Errorf("%s%s: no description", path, key)
			case isNumber && !strings.HasSuffix(help, "Default: "+number.String()+"."),
				isText && text != "" && !strings.HasSuffix(help, "Default: "+text+"."):
				t.Errorf("%s%s: the default is %v, but the description ends otherwise: %s", path, key, def, help)
			case !given && key != "name" && !strings.Contains(required, key):
				t.Errorf("%s%s: neither required nor with a default", path, key)
			}
			walk(path+key+".", p)
			walk(path+key+"[].", p.child("items"))
		}
	}
	walk("", rules.root)
}

func TestBoundsAreThoseOfTheServer(t *testing.T) {
	rules, err := newRules(vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	broadcast := rules.root.child("properties").child("broadcasts").child("items").child("properties")
	meanwhile := broadcast.child("uplink").child("properties")
	uplink := rules.root.child("properties").child("uplinks").child("items").child("properties")
	for _, c := range []struct {
		of         rule
		key, bound string
		want       float64
	}{
		{broadcast, "size", "minimum", wire.StampSize},
		{broadcast, "size", "maximum", wire.MaxSize},
		{broadcast, "rate", "maximum", wire.MaxRate},
		{meanwhile, "size", "minimum", wire.StampSize},
		{meanwhile, "size", "maximum", wire.MaxUplink},
		{meanwhile, "rate", "maximum", wire.MaxUplinkRate},
		{uplink, "size", "minimum", wire.StampSize},
		{uplink, "size", "maximum", wire.MaxUplink},
		{uplink, "rate", "maximum", wire.MaxUplinkRate},
	} {
		got, err := c.of.child(c.key)[c.bound].(json.Number).Float64()
		if err != nil || got != c.want {
			t.Errorf("%s of %s is %v, the server's is %v", c.bound, c.key, got, c.want)
		}
	}
}
