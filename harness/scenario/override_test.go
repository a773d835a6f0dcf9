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
	for name, c := range map[string]struct{ lanes, asked, want string }{
		"other lanes":              {"tcp", "sse-gin,tcp", "sse-gin, tcp"},
		"a group":                  {"tcp", "@sse", "sse-gin, sse-hijack"},
		"groups, each once":        {"tcp", "tcp, @websocket,@all", "tcp, ws-gorilla, ws-coder, sse-gin, sse-hijack"},
		"a group with option":      {"tcp", "@sse+control", "sse-gin+control, sse-hijack+control"},
		"the control follows":      {"ws-gorilla, ws-gorilla+control, tcp", "sse-gin,tcp", "sse-gin, sse-gin+control, tcp"},
		"all options follow":       {"ws-gorilla, ws-gorilla+control, ws-gorilla+ballast", "sse-gin", "sse-gin, sse-gin+control, sse-gin+ballast"},
		"the control, once":        {"ws-gorilla, ws-gorilla+control", "sse-gin,sse-gin+control", "sse-gin, sse-gin+control"},
		"ready lanes":              {"nchan-websocket, nchan-websocket+control, tcp", "node-sse,tcp", "node-sse, node-sse+control, tcp"},
		"who can have it":          {"sse-gin", "@all+tls", "ws-gorilla+tls, ws-coder+tls, sse-gin+tls, sse-hijack+tls"},
		"two options":              {"tcp", "@sse+tls+control", "sse-gin+tls+control, sse-hijack+tls+control"},
		"a control of an option":   {"ws-gorilla, ws-gorilla+control", "sse-gin+ballast", "sse-gin+ballast, sse-gin+ballast+control"},
		"a control of another one": {"tcp, ws-gorilla, ws-gorilla+control", "sse-gin", "sse-gin"},
	} {
		t.Run(name, func(t *testing.T) {
			source := "lanes: [" + c.lanes + "] # stays\n" + oneRamp
			s, err := Parse("mine.yaml", []byte(source), grouped())
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.WithLanes([]string{c.asked}, grouped())
			if err != nil {
				t.Fatal(err)
			}
			if lanes := strings.Join(got.Lanes, ", "); lanes != c.want || got.Source != source {
				t.Errorf("got %s of\n%s\nwant %s", lanes, got.Source, c.want)
			}
			again, err := Restore(Record{Name: "run.json", Source: []byte(got.Source), Override: got.Override}, grouped())
			if err != nil || !slices.Equal(again.Lanes, got.Lanes) {
				t.Errorf("what is recorded says %v (%v), what runs is %v", again, err, got.Lanes)
			}
			if different, err := Differences(s, got); err != nil || len(different) > 0 {
				t.Errorf("they differ in %v, too: %v", different, err)
			}
		})
	}
}

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
		{"h/my.yaml", "h/mine.yaml", "h/mine.yaml"},
		{"h/my.yaml", "yours.yaml+control", "yours.yaml"},
		{"my.yaml", filepath.Join(dir, "yours.yaml"), "yours.yaml"},
		{filepath.Join(dir, "h/my.yaml"), "yours.yaml", "yours.yaml"},
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
		if file := got.Externals[got.Lanes[1]].File; file != filepath.Join(dir, c.want) {
			t.Errorf("%s with %s: reads %s, want %s", c.scenario, c.word, file, c.want)
		}
	}
}

func TestWithLanesNobodyHas(t *testing.T) {
	s, err := Parse("mine.yaml", []byte("lanes: [tcp]\n"+oneRamp), grouped())
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"":               "--lanes names no lane: give names and groups",
		" , ":            "--lanes names no lane",
		"sse-gim":        `--lanes: no lane "sse-gim": did you mean "sse-gin"?`,
		"@ssse":          `--lanes: unknown group "@ssse": did you mean "@sse"?`,
		"@planets":       `--lanes: unknown group "@planets": known are @all, @floor, @none, @sse, @tcp, @websocket`,
		"@none":          "--lanes: group @none has no lanes",
		"@sse+tvin":      `--lanes: no lane of @sse can have +tvin: no lane "sse-hijack+tvin": `,
		"sse-gin+contrl": `--lanes: no lane "sse-gin+contrl": did you mean "sse-gin+control"?`,
		"tcp+":           `--lanes: no lane "tcp+"`,
		"+control":       `--lanes: no lane "+control"`,
		"a b: [c":        `--lanes: no lane "a b: [c"`,
		"sse":            `--lanes: "sse" is no lane but a group: @sse`,
		"@x,sse-gim":     "--lanes: unknown group \"@x\": known are @all, @floor, @none, @sse, @tcp, @websocket\n--lanes: no lane \"sse-gim\"",
	} {
		_, err := s.WithLanes([]string{words}, grouped())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", words, err, want)
		}
	}
}
