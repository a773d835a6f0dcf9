package scenario

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

func TestErrorsOfLaneFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/badlane/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = ParseLane(filepath.Base(file), source)
			if err == nil {
				t.Fatal("parsed")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := err.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestEveryKeyOfALaneIsRead(t *testing.T) {
	const source = `name: mine
about: one of mine
transport: sse
command: [server, "{{.Port}}"]
stop: QUIT
environment: {GOMAXPROCS: "{{.CPUs}}"}
config: {a/b.conf: "{{.Folder}}"}
url: http://127.0.0.1:{{.Port}}/base/
subscribe:
  url: events
  method: POST
  headers: {Origin: "https://o", N: "{{.Client}}"}
  body: "{{.Before.id}}"
  before: {url: session, headers: {A: b}, body: c, take: {id: json s.id}}
  resume: true
  confirmed: ready
tls: {name: n, insecure: true}
health: ok
folder: sub/{{.CPUs}}
publish: {method: PUT, url: post, headers: {A: '{{env "B"}}'}, body: '{"x": {{json .Payload}}}', answer: ok, concurrency: 8}
envelope: {before: '"x":"', after: '"', between: "\n", base64: true}
gzip: true
needs: [{program: server, get: make server}, {file: /x, get: make x}]
processes: {cache: {port: 6379}}
settings: {router: mine}
exercised: false
`
	got, err := ParseLane("x.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	want := &External{
		Lane: lane.Lane{Name: "mine", Tag: TagExternal, About: "one of mine", Transport: "sse", Path: "events"}, Verify: Verify{Name: "n", Insecure: true},
		Subscribe: Subscribe{
			URL: "events", Method: "POST", Headers: map[string]string{"Origin": "https://o", "N": "{{.Client}}"}, Body: "{{.Before.id}}",
			Subprotocols: []string{}, Send: []string{}, Answer: map[string]string{},
			Before:    Before{URL: "session", Method: "POST", Headers: map[string]string{"A": "b"}, Body: "c", Take: map[string]string{"id": "json s.id"}},
			Resume:    true,
			Confirmed: "ready",
		},
		Program: program.Program{
			Command: []string{"server", "{{.Port}}"}, Stop: "QUIT", Folder: "sub/{{.CPUs}}", Variables: []string{"B"}, Taken: []string{"id"},
			Trust:       wire.Trust{Name: "n", Insecure: true},
			Environment: map[string]string{"GOMAXPROCS": "{{.CPUs}}"}, Config: map[string]string{"a/b.conf": "{{.Folder}}"},
			URL: "http://127.0.0.1:{{.Port}}/base/", Health: "ok",
			Needs: []program.Need{{Program: "server", Get: "make server"}, {File: "/x", Get: "make x"}},
		},
		Publish: Publish{
			Publisher: wire.Publisher{Method: "PUT", URL: "post", Body: `{"x": {{json .Payload}}}`, Answer: "ok", Concurrency: 8, Field: "data", Send: []string{}, Command: []string{}},
			Headers:   map[string]string{"A": `{{env "B"}}`},
		},
		Envelope: wire.External{Before: `"x":"`, After: `"`, Between: "\n", Base64: true}, Gzip: true,
		Processes: map[string]program.Found{"cache": {Port: 6379}},
		Stated:    map[string]string{"router": "mine"}, File: "x.yaml", Record: source,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestMinimalLaneHasTheDefaults(t *testing.T) {
	const source = "about: runs\ntransport: websocket\nurl: http://localhost\nsubscribe: /ws\npublish: {url: /p}\n"
	e, err := ParseLane("dir/mine.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "mine" || e.Started() || e.Publish.Method != "POST" || e.Publish.Overlaps() || e.Publish.Body != "{{.Payload}}" || !e.Exercised || e.Stop != "TERM" {
		t.Errorf("got %+v", e)
	}
	u, err := (&program.Vars{}).URL(e.Program, e.Subscribe.URL)
	if err != nil || u.String() != "http://localhost:80/ws" {
		t.Errorf("subscribe: %v, %v", u, err)
	}
}

// A ready lane says what it is and what it states, and needs nothing of a folder it does not have.
func TestReadyLanes(t *testing.T) {
	for _, name := range ReadyLanes() {
		t.Run(name, func(t *testing.T) {
			e, err := ReadyLane(name)
			if err != nil {
				t.Fatal(err)
			}
			if e.Name != name || len(e.Needs) == 0 || !e.Started() || strings.Contains(e.Record, ".Here") || !strings.HasPrefix(e.Record, "# ") {
				t.Errorf("%+v", e)
			}
			for _, name := range []string{"router", "buffers per connection", "encoding", "write to the kernel", "heartbeat", "compression", "history", "TLS"} {
				if e.Stated[name] == "" {
					t.Errorf("states no %s", name)
				}
			}
		})
	}
}

func TestPortsAreFreeAndDiffer(t *testing.T) {
	v := &program.Vars{}
	text, err := v.Text(`{{.Port}} {{.Port}} {{.Port "publish"}}`)
	if err != nil {
		t.Fatal(err)
	}
	var first, again, other int
	if _, err := fmt.Sscan(text, &first, &again, &other); err != nil || first != again || first == other || first == 0 {
		t.Errorf("%q: %v", text, err)
	}
	v.Release()
	w := &program.Vars{}
	defer w.Release()
	if port, err := w.Port(); err != nil || port == 0 {
		t.Error(port, err)
	}
}

func TestMissing(t *testing.T) {
	there := filepath.Join(t.TempDir(), "there")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		need program.Need
		want string
	}{
		{program.Need{Program: "sh", Get: "x"}, ""},
		{program.Need{File: there, Get: "x"}, ""},
		{program.Need{Program: "no-such-program", Get: "apt-get install it"}, "lane l needs no-such-program, which is not there: apt-get install it"},
		{program.Need{File: "{{.Peers}}/x", Get: "make peers"}, "lane l needs /peers/x, which is not there: make peers"},
		{program.Need{File: "./server", Get: "make server"}, "lane l needs /here/server, which is not there: make server"},
	} {
		err := program.Program{Needs: []program.Need{c.need}}.Missing("lane l", &program.Vars{Peers: "/peers", Here: "/here"})
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%+v: %v, want %s", c.need, err, c.want)
		}
	}
}

// mine is the head of a lane file that runs nothing.
const mine = "about: mine\ntransport: sse\nurl: http://127.0.0.1:1\nsubscribe: /\npublish: {url: /}\n"

func TestScenarioWithLaneFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("mine.yaml", mine)
	path := write("s.yaml", "lanes: [tcp, mine.yaml, nchan-websocket, mine.yaml+control]\n"+oneRamp)
	v := catalog()
	v.Options = []string{"control"}
	s, err := Load(path, v)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"tcp", "mine", "nchan-websocket", "mine+control"}, s.Lanes); diff != "" {
		t.Error(diff)
	}
	if s.Externals["mine"].Reference != "mine.yaml" || s.Externals["mine+control"].Reference != "mine.yaml" || s.Externals["nchan-websocket"].Transport != "websocket" || s.Externals["tcp"] != nil {
		t.Errorf("%v", s.Externals)
	}
	// What was kept of a lane file stands for it, wherever it is by then.
	kept := map[string]results.LaneFile{"mine.yaml": {Path: "/gone/mine.yaml", Source: "name: other\n" + mine}}
	s, err = Restore(Record{Name: "run.json: scenario", Source: []byte(s.Source), Files: kept}, v)
	if err != nil || s.Lanes[1] != "other" || s.Externals["other"].File != "/gone/mine.yaml" {
		t.Errorf("%v, %v", s, err)
	}
	for _, c := range []struct{ name, source, want string }{
		{"missing", "lanes: [no.yaml]", "lanes[0]: open " + filepath.Join(dir, "no.yaml") + ": no such file or directory"},
		{"bad", "lanes: [bad.yaml]", filepath.Join(dir, "bad.yaml") + `:1:1: missing key "about"`},
		{"own name", "lanes: [own.yaml]", `lanes[0]: own.yaml calls its lane "tcp", and pushbench has one of that name: give it another`},
		{"two", "lanes: [mine.yaml, two.yaml]", `lanes[1]: two.yaml calls its lane "mine" like mine.yaml: give it another name`},
		{"option", "lanes: [mine.yaml+ballast]", "lanes[0]: mine.yaml cannot have +ballast: it is no part of pushbench, which could change it; there is +control"},
		{"servers", "lanes: [mine.yaml]\nservers: 2", "servers: lane mine is not part of pushbench and runs once: want 1, not 2"},
		{"GOMAXPROCS", "lanes: [mine.yaml]\ngomaxprocs: 2", "gomaxprocs: lane mine is not part of pushbench: its file sets its environment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			write("bad.yaml", "{}")
			write("own.yaml", "name: tcp\n"+mine)
			write("two.yaml", "name: mine\n"+mine)
			_, err := Load(write("it.yaml", c.source+"\n"+oneRamp), v)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// Here is absolute, and so is where the program runs, however the file was called.
func TestHereIsAbsolute(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	const source = "about: mine\ntransport: sse\ncommand: [./server, '{{.Here}}/server']\nsubscribe: /\npublish: {url: /}\n"
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "mine.yaml"), source)
	write(filepath.Join(dir, "s.yaml"), "lanes: [mine.yaml]\n"+oneRamp)
	write(filepath.Join(sub, "s.yaml"), "lanes: [../mine.yaml]\n"+oneRamp)
	check := func(called string, e *External, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", called, err)
			return
		}
		v := e.Vars()
		v.Folder = "/tmp/folder"
		text, _ := v.Text(e.Command[1])
		runs, _ := e.Runs(v)
		if text != filepath.Join(dir, "server") || runs != dir {
			t.Errorf("%s: {{.Here}}/server is %s, and it runs in %s", called, text, runs)
		}
	}
	ofScenario := func(path string, lanes ...string) (*External, error) {
		s, err := Load(path, catalog())
		if err == nil && len(lanes) > 0 {
			s, err = s.WithLanes(lanes, catalog())
		}
		if err != nil {
			return nil, err
		}
		return s.Externals["mine"], nil
	}
	write(filepath.Join(sub, "one.yaml"), "lanes: [tcp]\n"+oneRamp)
	write(filepath.Join(dir, "one.yaml"), "lanes: [tcp]\n"+oneRamp)
	for from, words := range map[string][]string{dir: {"mine.yaml", "./mine.yaml", "sub/../mine.yaml", filepath.Join(dir, "mine.yaml")}, sub: {"../mine.yaml"}} {
		t.Chdir(from)
		for _, word := range words {
			e, _, err := ExternalLane(word)
			check("conform "+word, e, err)
			e, err = ofScenario("one.yaml", word)
			check("compare one.yaml --lanes "+word, e, err)
			for _, path := range []string{filepath.Join(dir, "s.yaml"), filepath.Join(sub, "s.yaml")} {
				e, err = ofScenario(path, "tcp", word)
				check(path+" --lanes tcp,"+word, e, err)
			}
		}
	}
	t.Chdir(dir)
	for _, path := range []string{"s.yaml", "./s.yaml", "sub/s.yaml", filepath.Join(dir, "s.yaml")} {
		e, err := ofScenario(path)
		check("compare "+path, e, err)
	}
	e, err := restored(results.LaneFile{Path: filepath.Join(dir, "mine.yaml"), Source: source})
	check("resume", e, err)
	for folder, want := range map[string]string{"": dir, "build": filepath.Join(dir, "build"), "/srv": "/srv", "{{.Folder}}": "/tmp/folder"} {
		e.Folder = folder
		v := e.Vars()
		v.Folder = "/tmp/folder"
		if runs, err := e.Runs(v); runs != want {
			t.Errorf("folder: %q runs in %s, %v", folder, runs, err)
		}
	}
	ready, err := ReadyLane("node-sse")
	if err != nil {
		t.Fatal(err)
	}
	v := ready.Vars()
	v.Folder = "/tmp/folder"
	if runs, err := ready.Runs(v); v.Here != "" || runs != "/tmp/folder" {
		t.Errorf("a ready lane runs in %s, %v", runs, err)
	}
}

// A file of the other kind is told apart, with the command it belongs to.
func TestLanesAndScenariosAreToldApart(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"lane.yaml": mine, "ws.yaml": strings.Replace(mine, "sse", "websocket", 1), "s.yaml": "lanes: [tcp]\n" + oneRamp, "both.yaml": "lanes: [s.yaml]\nphases: [{ramp: {to: 1}}]\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(name string) error { _, err := Load(name, catalog()); return err }
	lane := func(name string) error { _, _, err := ExternalLane(name); return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{load("lane.yaml"), "lane.yaml is a lane file, not a scenario: pushbench compare quick --lanes sse-gin,lane.yaml"},
		{load("ws.yaml"), "ws.yaml is a lane file, not a scenario: pushbench compare quick --lanes ws-gorilla,ws.yaml"},
		{lane("s.yaml"), "s.yaml is a scenario, not a lane: pushbench compare s.yaml"},
		{load("both.yaml"), "both.yaml:1:9: lanes[0]: s.yaml is a scenario, not a lane: pushbench compare s.yaml"},
		{load("s.yaml"), "<nil>"},
	} {
		if got := fmt.Sprint(c.err); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

// The example of docs/lane-files.md is a lane file.
func TestTheLaneFileOfTheDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "lane-files.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n# mine.yaml")
	example, _, ended := strings.Cut(example, "```")
	if !found || !ended {
		t.Fatal("docs/lane-files.md has lost its example")
	}
	if e, err := ParseLane("mine.yaml", []byte("#"+example)); err != nil || !e.Started() || e.Envelope.Before == "" {
		t.Errorf("%+v, %v", e, err)
	}
	for _, name := range ReadyLanes() {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/lane-files.md does not name %s", name)
		}
	}
}

// Editors show the description of a key of a lane file too.
func TestEveryKeyOfALaneIsDescribed(t *testing.T) {
	rules, err := strict.Compile(laneSchema)
	if err != nil {
		t.Fatal(err)
	}
	var walk func(path string, r strict.Rule)
	walk = func(path string, r strict.Rule) {
		required := fmt.Sprint(r["required"])
		for key := range r.Child("properties") {
			p := r.Child("properties").Child(key)
			help, _ := p["description"].(string)
			def, given := p["default"]
			text, isText := def.(string)
			switch {
			case help == "":
				t.Errorf("%s%s: no description", path, key)
			case isText && text != "" && !strings.HasSuffix(help, "Default: "+text+"."):
				t.Errorf("%s%s: the default is %v, but the description ends otherwise: %s", path, key, def, help)
			case !given && key != "name" && !strings.Contains(required, key):
				t.Errorf("%s%s: neither required nor with a default", path, key)
			}
			walk(path+key+".", p)
			walk(path+key+"[].", p.Child("items"))
		}
	}
	walk("", rules.Root)
	if !json.Valid(LaneSchema()) {
		t.Error("no JSON")
	}
}

func FuzzParseLane(f *testing.F) {
	for _, name := range ReadyLanes() {
		e, err := ReadyLane(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(e.Record))
	}
	f.Add([]byte(mine))
	f.Add([]byte(mine + "environment: {TOKEN: a, PASSWORD: \"b\"}\nhealth: http://u:p@h/?token=c&apikey={{env \"D\"}}\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		e, err := ParseLane("fuzz.yaml", source)
		if (e == nil) == (err == nil) {
			t.Fatalf("%v and %v", e, err)
		}
		if err == nil {
			if again, err := ParseLane("fuzz.yaml", source); err != nil || !cmp.Equal(e, again) {
				t.Fatalf("read again: %v", err)
			}
			kept, err := ParseLane("fuzz.yaml", []byte(e.Record))
			if err != nil || len(kept.Literals) != len(e.Literals) || kept.Record != e.Record {
				t.Fatalf("%q is kept as %q: %v", source, e.Record, err)
			}
			for _, l := range kept.Literals {
				if !l.Missing {
					t.Fatalf("%q is kept as %q, with a secret at %s", source, e.Record, l.Path)
				}
			}
		}
	})
}

// What a lane file states is shown on terminals and in reports: it is lines of visible characters.
func TestWhatALaneStatesIsPlain(t *testing.T) {
	source := `about: "red \e[31m and \e]0;title\a"
transport: sse
url: http://127.0.0.1:1
subscribe: /events
publish: {url: /publish, body: "{{.Payload}}"}
needs: [{program: sh, get: "one\nline \e[1m"}]
settings: {router: "a\tb\u202ec"}
`
	e, err := ParseLane("x.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{e.About, e.Needs[0].Get, e.Stated["router"]}
	if want := []string{"red  [31m and  ]0;title ", "one line  [1m", "a b c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
