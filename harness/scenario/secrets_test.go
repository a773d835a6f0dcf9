package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results"
)

const withSecrets = `about: secrets
transport: sse
command: [server, --api-key, S7, "--token=S8", --port, S1, --password, '{{env "T"}}']
url: http://user:S1@127.0.0.1:1
subscribe: "/events?a=1&token=S2&apikey=S3"
health: '/health?token={{env "T"}}'
environment:
  JWT_KEY: S4
  GOGC: "100"
publish:
  url: /publish?topic=S1
  headers: {Authorization: Bearer S5, X-Api-Key: 'S6', Cookie: '{{env "COOKIE"}}', Content-Type: text/plain}
`

// document is what a lane file holds.
func document(t *testing.T, source string) any {
	t.Helper()
	root := (&reader{}).Document([]byte(source))
	if root == nil {
		t.Fatalf("no document: %s", source)
	}
	return root.Value
}

// A lane file is kept without its secrets; what it names is kept as it is.
func TestSecretsAreLeftOutOfRecords(t *testing.T) {
	e, err := ParseLane("mine.yaml", []byte(withSecrets))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"user:S1@", "...@", "token=S2", "token=...", "apikey=S3", "apikey=...", "JWT_KEY: S4", "JWT_KEY: ...",
		"Bearer S5", "Bearer ...", "'S6'", "'...'", "S7", "...", "S8", "...",
	).Replace(withSecrets)
	if diff := cmp.Diff(document(t, want), document(t, e.Record)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if e.Path != "/events?a=1&token=...&apikey=..." {
		t.Errorf("the record of a run has its path as %s", e.Path)
	}
	if diff := cmp.Diff([]string{"COOKIE", "T"}, e.Variables); diff != "" {
		t.Error(diff)
	}
	e.Here = "/here"
	var warned []string
	for _, w := range e.Exposed() {
		where, _, _ := strings.Cut(w, ": a secret in a file: ")
		warned = append(warned, where)
	}
	if diff := cmp.Diff([]string{
		"mine.yaml:3:30: command[2]", "mine.yaml:3:34: command[3]",
		"mine.yaml:4:6: url", "mine.yaml:5:12: subscribe", "mine.yaml:5:12: subscribe", "mine.yaml:8:12: environment.JWT_KEY",
		"mine.yaml:12:28: publish.headers.Authorization", "mine.yaml:12:50: publish.headers.X-Api-Key",
	}, warned); diff != "" {
		t.Error(diff)
	}
	if text := strings.Join(e.Exposed(), "\n"); strings.Contains(text, "S1") || !strings.Contains(text, `write {{env "NAME"}} in its place`) {
		t.Error(text)
	}
}

// A secret is found wherever a program or a server gets it from, however it is written there; and nothing else is.
func TestSecretsOfEveryText(t *testing.T) {
	const source = `about: secrets
transport: sse
command:
  - sh
  - -c
  - docker run -e API_TOKEN=S1 -p 1:2 server --db postgres://u:S2@h/db
  - DB_PASS=S3
  - --db
  - "mysql://u:S4\\@h/db"
  - "--keys={\"api_key\":\"S5\",\"b\":\"c\"}"
  - --port={{.Port}}
url: http://127.0.0.1:1
subscribe: /events?key=S6&room=1
environment: {DATABASE_URL: "postgres://u:S7@h/db", DB_PASS: 'S8''s', MODE: pass}
config:
  server.yaml: |
    port: {{.Port}}
    # token: later
    admin:
      password: S9
      password: S9
    auth: off
    jwt_secret: {{env "JWT"}}
  nginx.conf: "location / { proxy_pass http://127.0.0.1; }"
publish:
  url: /publish?topic=a
  headers: {X-Auth-Key: S10, X-Origin: 'https://h/?sig=S11&x=y', Content-Type: text/plain}
  body: '{"api_key":"S12","token":"S","text":{{json .Payload}}}'
`
	e, err := ParseLane("mine.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"API_TOKEN=S1", "API_TOKEN=...", "u:S2@", "...@", "S3", "...", `u:S4\\@`, "...@", `\"S5\"`, `\"...\"`, "S6", "...", "u:S7@", "...@",
		"S8''s", "...", "S9", "...", "S10", "...", "S11", "...", "S12", "...", `"token":"S"`, `"token":"..."`,
	).Replace(source)
	if diff := cmp.Diff(document(t, want), document(t, e.Record)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	again, err := ParseLane("mine.yaml", []byte(e.Record))
	if err != nil {
		t.Fatal(err)
	}
	if !again.incomplete() || again.Record != e.Record {
		t.Errorf("the record is read as %s", again.Record)
	}
	e.Here = "/here"
	if n := len(e.Exposed()); n != 14 {
		t.Errorf("%d warnings: %s", n, strings.Join(e.Exposed(), "\n"))
	}
}

// Only what is written so says that it is a secret: ready lanes are kept with what their programs need.
func TestReadyLanesHaveFewSecrets(t *testing.T) {
	for _, name := range ReadyLanes() {
		e, err := ReadyLane(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range e.Literals {
			if name != "mercure-sse" || l.Path == "config.Caddyfile" {
				t.Errorf("%s: %+v is no secret", name, l)
			}
		}
	}
}

// A run that is resumed has the secrets from the file, as long as that is the one it was begun with.
func TestSecretsAreReadAgain(t *testing.T) {
	t.Setenv("T", "x")
	t.Setenv("COOKIE", "x")
	path := filepath.Join(t.TempDir(), "mine.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(withSecrets)
	e, err := readLane(path)
	if err != nil {
		t.Fatal(err)
	}
	kept := results.LaneFile{Path: path, Source: e.Record}
	restore := func() *External {
		e, err := restored(kept)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if e := restore(); e.Publish.Headers["Authorization"] != "Bearer S5" || e.Missing() != nil {
		t.Errorf("%+v, %v", e.Publish, e.Missing())
	}
	write(strings.ReplaceAll(withSecrets, "S5", "other")) // a token that was renewed
	if e := restore(); e.Publish.Headers["Authorization"] != "Bearer other" {
		t.Errorf("%+v", e.Publish)
	}
	write(strings.ReplaceAll(withSecrets, "/events", "/other"))
	want := fmt.Sprintf("lane mine: the record has no secrets, and %s is not the file any more that had them: bring that back, or begin a new run", path)
	if e := restore(); e.Subscribe.URL != "/events?a=1&token=...&apikey=..." || fmt.Sprint(e.Missing()) != want {
		t.Errorf("%+v, %v", e.Subscribe, e.Missing())
	}
	// A record that was made before secrets were left out, or of a file without any, stands for itself.
	kept.Source = withSecrets
	if e := restore(); e.Publish.Headers["Authorization"] != "Bearer S5" {
		t.Errorf("%+v", e.Publish)
	}
}

// Variables need not be set to read a file, and are missed before anything is started.
func TestVariablesOfTheEnvironment(t *testing.T) {
	const source = `about: one
transport: sse
url: '{{env "PUSHBENCH_TEST_BASE"}}'
subscribe: /events
publish: {url: '{{env "PUSHBENCH_TEST_BASE"}}/p', headers: {A: '{{env "PUSHBENCH_TEST_A"}}'}, body: '{{env "PUSHBENCH_TEST_A"}} {{.Payload}}'}
`
	e, err := ParseLane("one.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	v := e.Vars()
	if got, want := fmt.Sprint(e.Missing()), "lane one needs the environment variable PUSHBENCH_TEST_A, which is not set: export PUSHBENCH_TEST_A"; got != want {
		t.Errorf("got %s", got)
	}
	t.Setenv("PUSHBENCH_TEST_BASE", "http://h:1")
	t.Setenv("PUSHBENCH_TEST_A", "a")
	if u, err := v.URL(e.Program, e.Publish.URL); err != nil || u.String() != "http://h:1/p" || e.Missing() != nil {
		t.Errorf("%v, %v, %v", u, err, e.Missing())
	}
	if u, err := v.URL(e.Program, e.Subscribe.URL); err != nil || u.String() != "http://h:1/events" {
		t.Errorf("%v, %v", u, err)
	}
}
