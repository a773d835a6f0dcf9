package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func grouped() Catalog {
	v := catalog()
	v.Lanes = append(slices.Clone(v.Lanes), "ws-coder", "sse-hijack")
	v.Groups = map[string][]string{
		"all": {"ws-gorilla", "ws-coder", "sse-gin", "sse-hijack", "tcp"}, "sse": {"sse-gin", "sse-hijack"},
		"websocket": {"ws-gorilla", "ws-coder"}, "floor": {"tcp"}, "tcp": {"tcp"}, "none": nil,
	}
	return v
}

func TestWithLanes(t *testing.T) {
	const rest = "phases: [{ramp: {to: 5}}, {ramp: {to: 10}}]\n"
	for name, c := range map[string]struct{ source, lanes, want string }{
		"flow":         {"lanes: [tcp]\n" + rest, "sse-gin,tcp", "lanes: [sse-gin, tcp]\n" + rest},
		"remarks stay": {"# one\nlanes: [tcp] # two\n# three\n" + rest, "sse-gin", "# one\nlanes: [sse-gin] # two\n# three\n" + rest},
		"many lines":   {"lanes: [\n  tcp, # gone\n  sse-gin,\n]\n" + rest, "tcp", "lanes: [tcp]\n" + rest},
		"next line":    {"lanes:\n  [tcp, sse-gin]\n" + rest, "sse-gin", "lanes:\n  [sse-gin]\n" + rest},
		"block":        {"lanes: # the two\n  - tcp # gone\n  # gone\n\n  - sse-gin\n\n# stays\n" + rest, "ws-coder,tcp", "lanes: [ws-coder, tcp] # the two\n\n# stays\n" + rest},
		"block below":  {"lanes:\n- tcp\n- sse-gin\n" + rest, "tcp", "lanes: [tcp]\n" + rest},
		"last":         {rest + "lanes:\n- tcp\n- sse-gin", "tcp", rest + "lanes: [tcp]\n"},
		"last flow":    {rest + "lanes: [tcp, sse-gin]", "tcp", rest + "lanes: [tcp]"},
		"in braces":    {"{description: \"à, ]: ü\", lanes: [tcp], phases: [{ramp: {to: 1}}]}\n", "sse-gin", "{description: \"à, ]: ü\", lanes: [sse-gin], phases: [{ramp: {to: 1}}]}\n"},
		"CRLF":         {"lanes: [tcp]\r\nphases: [{ramp: {to: 5}}]\r\n", "sse-gin", "lanes: [sse-gin]\r\nphases: [{ramp: {to: 5}}]\r\n"},
		"BOM":          {"\ufefflanes: [tcp]\n" + rest, "sse-gin", "\ufefflanes: [sse-gin]\n" + rest},
		"a trap":       {"description: \"lanes: [tcp]\"\nlanes: [tcp]\n" + rest, "sse-gin", "description: \"lanes: [tcp]\"\nlanes: [sse-gin]\n" + rest},

		"a group":               {"lanes: [tcp]\n" + rest, "@sse", "lanes: [sse-gin, sse-hijack]\n" + rest},
		"groups, each once":     {"lanes: [tcp]\n" + rest, "tcp, @websocket,@all", "lanes: [tcp, ws-gorilla, ws-coder, sse-gin, sse-hijack]\n" + rest},
		"a group with option":   {"lanes: [tcp]\n" + rest, "@sse+twin", "lanes: [sse-gin+twin, sse-hijack+twin]\n" + rest},
		"the twin follows":      {"lanes: [ws-gorilla, ws-gorilla+twin, tcp]\n" + rest, "sse-gin,tcp", "lanes: [sse-gin, sse-gin+twin, tcp]\n" + rest},
		"all options follow":    {"lanes: [ws-gorilla, ws-gorilla+twin, ws-gorilla+ballast]\n" + rest, "sse-gin", "lanes: [sse-gin, sse-gin+twin, sse-gin+ballast]\n" + rest},
		"the twin, once":        {"lanes: [ws-gorilla, ws-gorilla+twin]\n" + rest, "sse-gin,sse-gin+twin", "lanes: [sse-gin, sse-gin+twin]\n" + rest},
		"ready lanes":           {"lanes: [nchan-websocket, nchan-websocket+twin, tcp]\n" + rest, "node-sse,tcp", "lanes: [node-sse, node-sse+twin, tcp]\n" + rest},
		"who can have it":       {"lanes: [sse-gin]\n" + rest, "@all+tls", "lanes: [ws-gorilla+tls, ws-coder+tls, sse-gin+tls, sse-hijack+tls]\n" + rest},
		"two options":           {"lanes: [tcp]\n" + rest, "@sse+tls+twin", "lanes: [sse-gin+tls+twin, sse-hijack+tls+twin]\n" + rest},
		"a twin of an option":   {"lanes: [ws-gorilla, ws-gorilla+twin]\n" + rest, "sse-gin+ballast", "lanes: [sse-gin+ballast, sse-gin+ballast+twin]\n" + rest},
		"a twin of another one": {"lanes: [tcp, ws-gorilla, ws-gorilla+twin]\n" + rest, "sse-gin", "lanes: [sse-gin]\n" + rest},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse("mine.yaml", []byte(c.source), grouped())
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.WithLanes([]string{c.lanes}, grouped())
			if err != nil {
				t.Fatal(err)
			}
			if got.Source != c.want {
				t.Errorf("got\n%s\nwant\n%s", got.Source, c.want)
			}
			again, err := Parse("run.json", []byte(got.Source), grouped())
			if err != nil || !slices.Equal(again.Lanes, got.Lanes) {
				t.Errorf("what is recorded says %v (%v), what runs is %v", again, err, got.Lanes)
			}
		})
	}
}

// Every embedded scenario takes any lanes, and a list that is longer than a line.
// Files are those of the folder the command is given in, as its shell completes them, wherever the scenario lies.
func TestWithLaneFilesOfTheCurrentFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	lane := []byte("about: a\ntransport: sse\nurl: http://127.0.0.1:1\nsubscribe: /\npublish: {url: /, body: \"{{.Payload}}\"}\n")
	for _, path := range []string{"h/mine.yaml", "yours.yaml"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, lane, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ scenario, word, want string }{
		{"my.yaml", "h/mine.yaml", "h/mine.yaml"},
		{"h/my.yaml", "h/mine.yaml", "mine.yaml"},
		{"h/my.yaml", "yours.yaml+twin", "../yours.yaml+twin"},
		{"my.yaml", filepath.Join(dir, "yours.yaml"), filepath.Join(dir, "yours.yaml")},
		{filepath.Join(dir, "h/my.yaml"), "yours.yaml", "../yours.yaml"},
	} {
		s, err := Parse(c.scenario, []byte("lanes: [tcp]\n"+oneRamp), grouped())
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.WithLanes([]string{"tcp," + c.word}, grouped())
		if err != nil {
			t.Errorf("%s with %s: %v", c.scenario, c.word, err)
			continue
		}
		if words := got.words(); words[1] != c.want {
			t.Errorf("%s with %s: calls it %s, want %s", c.scenario, c.word, words[1], c.want)
		}
	}
}

func TestWithLanesNobodyHas(t *testing.T) {
	s, err := Parse("mine.yaml", []byte("lanes: [tcp]\n"+oneRamp), grouped())
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"":             "--lanes names no lane: give names and groups",
		" , ":          "--lanes names no lane",
		"sse-gim":      `--lanes: unknown "sse-gim": did you mean "sse-gin"?`,
		"@ssse":        `--lanes: unknown group "@ssse": did you mean "@sse"?`,
		"@planets":     `--lanes: unknown group "@planets": known are @all, @floor, @none, @sse, @tcp, @websocket`,
		"@none":        "--lanes: group @none has no lanes",
		"@sse+tvin":    `--lanes: no lane of @sse can have +tvin: unknown "sse-hijack+tvin": `,
		"sse-gin+twim": `--lanes: unknown "sse-gin+twim": did you mean "sse-gin+twin"?`,
		"tcp+":         `--lanes: unknown "tcp+"`,
		"+twin":        `--lanes: unknown "+twin"`,
		"a b: [c":      `--lanes: unknown "a b: [c"`,
		"sse":          `--lanes: "sse" is no lane but a group: @sse`,
		"@x,sse-gim":   "--lanes: unknown group \"@x\": known are @all, @floor, @none, @sse, @tcp, @websocket\n--lanes: unknown \"sse-gim\"",
	} {
		_, err := s.WithLanes([]string{words}, grouped())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", words, err, want)
		}
	}
}

// Whatever a scenario looks like, the lanes are replaced or it is said that they could not be: nothing else changes.
func FuzzWithLanes(f *testing.F) {
	for _, source := range []string{
		"lanes: [tcp]\n" + oneRamp, "lanes:\n- tcp # a\n# b\n- sse-gin\n\n# c\nphases: [{ramp: {to: 1}}]", "{phases: [{ramp: {to: 1}}], lanes: [ tcp ] }",
		"phases: [{ramp: {to: 1}}]\r\nlanes:\r\n  - tcp\r\n", "\ufefflanes: [\n tcp,\n sse-gin ] # d\n" + oneRamp, "\"lanes\": [tcp]\nphases: [{ramp: {to: 1}}]\n",
		"? lanes\n: [tcp]\n" + oneRamp, "description: >\n  lanes: [tcp]\n\nlanes: ['tcp', \"sse-gin\"]\nphases: [{ramp: {to: 1}}]\n",
	} {
		f.Add(source)
	}
	v := grouped()
	rules, err := newRules(v)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := parse("mine.yaml", []byte(source), nil, rules)
		if err != nil {
			return
		}
		with, err := s.WithLanes([]string{"sse-hijack", "tcp"}, v)
		if err != nil {
			if !strings.Contains(err.Error(), "could not be replaced") && !strings.Contains(err.Error(), "--lanes") {
				t.Errorf("%q: %v", source, err)
			}
			return
		}
		if different, err := Differences(s, with); err != nil || len(different) > 0 || with.Lanes[0] != "sse-hijack" {
			t.Errorf("%q became %q: %v, %v, %v", source, with.Source, with.Lanes, different, err)
		}
	})
}
