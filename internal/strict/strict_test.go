package strict

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const schema = `{
	"$id": "https://example.com/box.json", "type": "object", "additionalProperties": false, "required": ["name", "sides"],
	"properties": {
		"name": {"type": "string", "pattern": "^[a-z]+$", "patternErrorMessage": "want letters a to z"},
		"colour": {"type": "string", "enum": ["red", "blue"], "default": "red"},
		"weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 9, "default": 1},
		"sides": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 9}},
		"lid": {"type": "object", "additionalProperties": false, "properties": {"open": {"type": "boolean", "default": true}}},
		"notes": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}},
		"after": {"$ref": "#/$defs/duration", "default": "1s", "least": "10ms"}
	},
	"$defs": {"duration": {"type": ["string", "integer"], "minimum": 0, "maximum": 0, "pattern": "^[0-9]+(ms|s)$", "patternErrorMessage": "want a duration"}}
}`

// box is what the schema describes.
type box struct {
	Name   string              `json:"name"`
	Colour string              `json:"colour"`
	Weight float64             `json:"weight"`
	Sides  []int               `json:"sides"`
	Lid    struct{ Open bool } `json:"lid"`
	Notes  map[string]string   `json:"notes"`
	After  time.Duration       `json:"after"`
}

func read(t testing.TB, source string) (box, error) {
	t.Helper()
	rules, err := Compile([]byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	var b box
	r := &Reader{File: "box.yaml", Kind: "box", Keys: "name and sides"}
	if root := r.Document([]byte(source)); root != nil {
		r.SchemaErrors(root, rules)
		r.Durations(nil, root, rules.Root)
		if len(r.Errors) == 0 {
			if err := rules.Root.Fill(&b, root.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b, r.Err()
}

func TestErrors(t *testing.T) {
	const sound = "name: a\nsides: [1]\n"
	for name, c := range map[string]struct{ source, want string }{
		"sound":           {sound, ""},
		"nothing":         {"", "1:1: no box here: a file has at least the keys name and sides"},
		"no YAML":         {"name: [a\n", "1:7: not YAML: "},
		"two documents":   {sound + "---\n" + sound, "3:1: a second document begins here: one file holds one box"},
		"an anchor":       {"name: &x a\nsides: [1]\n", "1:7: anchors have no place in a box: write the value where it is used"},
		"twice":           {sound + "name: b\n", `3:1: duplicate key "name": it stands in line 1 already`},
		"unknown key":     {sound + "color: red\n", `3:1: unknown key "color": did you mean "colour"?`},
		"unknown word":    {sound + "colour: rod\n", `3:9: colour: unknown "rod": did you mean "red"?`},
		"missing":         {"name: a\n", `1:1: missing key "sides"`},
		"a pattern":       {"name: A\nsides: [1]\n", `1:7: name: want letters a to z, not "A"`},
		"a number":        {sound + "weight: 0\n", "3:9: weight: want a number above 0, up to 9, not 0"},
		"an integer":      {"name: a\nsides: [1, 10]\n", "2:12: sides[1]: want a whole number from 1 to 9, not 10"},
		"an empty list":   {"name: a\nsides: []\n", "2:8: sides: want at least one item, not an empty list"},
		"below":           {sound + "lid: {opne: true}\n", `3:7: lid: unknown key "opne": did you mean "open"?`},
		"a boolean":       {sound + "lid: {open: 1}\n", "3:13: lid.open: want true or false, not 1"},
		"not a mapping":   {sound + "lid: 1\n", "3:6: lid: want keys and values, not 1"},
		"a short time":    {sound + "after: 1ms\n", "3:8: after: want 10ms to 24h, not \"1ms\""},
		"no time":         {sound + "after: soon\n", "3:8: after: want a duration, not \"soon\""},
		"two in an order": {"weight: 99\nname: A\nsides: [1]\n", "1:9: weight: want a number above 0, up to 9, not 99\nbox.yaml:2:7: name: want letters a to z, not \"A\""},
	} {
		_, err := read(t, c.source)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), "box.yaml:"+c.want)):
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// What a file does not have is what the schema says; what it has is read by its key.
func TestFill(t *testing.T) {
	got, err := read(t, "name: a\nsides: [1, 2]\nlid: {open: false}\nnotes: {any: thing}\nafter: 20ms\n")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "a" || got.Colour != "red" || got.Weight != 1 || len(got.Sides) != 2 || got.Lid.Open || got.Notes["any"] != "thing" || got.After != 20*time.Millisecond {
		t.Errorf("%+v", got)
	}
	if got, err = read(t, "name: a\nsides: [1]\n"); err != nil || !got.Lid.Open || got.After != time.Second {
		t.Errorf("defaults: %+v, %v", got, err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	large, pipe := filepath.Join(dir, "large"), filepath.Join(dir, "pipe")
	if err := cmp.Or(os.WriteFile(large, make([]byte, 3*MaxSource), 0o600), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadFile(large); err != nil || len(b) != MaxSource+1 {
		t.Errorf("%d bytes of a large file, %v", len(b), err)
	}
	if _, err := ReadFile(pipe); err == nil || !strings.Contains(err.Error(), "is a pipe or a device: write it to a file") {
		t.Errorf("a pipe: %v", err)
	}
}

// Any file is either filled in or has errors: lines in the order of the file, each with its position.
func FuzzRead(f *testing.F) {
	f.Add("name: a\nsides: [1, 2]\nlid: {open: false}\nnotes: {any: thing}\nafter: 20ms\n")
	f.Add("a: &b [*b]\n<<: {c: .nan}\n")
	f.Fuzz(func(t *testing.T, source string) {
		_, err := read(t, source)
		if err == nil {
			return
		}
		last := Error{}
		for _, e := range err.(Errors) { //nolint:errorlint // wrapped, the lines would no longer begin with the file
			if e.Line < 1 || e.Column < 1 || e.Message == "" || strings.ContainsAny(e.Message, "\r\n") {
				t.Errorf("%q", e)
			}
			if cmp.Or(cmp.Compare(e.Line, last.Line), cmp.Compare(e.Column, last.Column)) < 0 {
				t.Errorf("%v stands behind %v", e, last)
			}
			last = e
		}
	})
}
