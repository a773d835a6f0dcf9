package scenario

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// laneOf reads a lane file from a folder of its own.
func laneOf(t *testing.T, source string) *External {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	e, _, err := ExternalLane(path)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The user and the password of a URL go with subscribing, with the health check and with publishing, and the environment's
// variables into every template. The program runs beside its file, or where that says.
func TestRender(t *testing.T) {
	t.Setenv("PUSHBENCH_TEST_TOKEN", "S 3")
	e := laneOf(t, `about: mine
transport: websocket
command: [./server, '{{env "PUSHBENCH_TEST_TOKEN"}}']
environment: {TOKEN: '{{env "PUSHBENCH_TEST_TOKEN"}}'}
config: {a.conf: 'token {{env "PUSHBENCH_TEST_TOKEN"}}'}
url: ws://user:p%40ss@127.0.0.1:80/base/
health: health
subscribe: ws?x=1
publish: {url: publish, headers: {authorization: 'Bearer {{env "PUSHBENCH_TEST_TOKEN"}}'}, answer: ok, concurrency: 3}
`)
	f, targets, publisher := rendered(t, e)
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("user:p@ss")) + "\r\n"
	config, err := os.ReadFile(filepath.Join(f.vars.Folder, "a.conf"))
	if targets[0].Header != basic || targets[0].Path != "/base/ws?x=1" || f.Health != "ws://user:p%40ss@127.0.0.1:80/base/health" ||
		f.Folder != e.Here || !cmp.Equal(f.Command, []string{"./server", "S 3"}) || !cmp.Equal(f.Environment, []string{"TOKEN=S 3"}) || string(config) != "token S 3" || err != nil {
		t.Errorf("%+v, %+v, %s, %v", f, targets, config, err)
	}
	want := wire.Publisher{
		Lane: "mine", By: wire.ByRequest, Field: "data", Send: []string{}, Command: []string{}, Method: "POST", URL: "http://user:p%40ss@127.0.0.1:80/base/publish", Body: "{{.Payload}}", Answer: "ok", Concurrency: 3,
		Header: http.Header{"Authorization": {"Bearer S 3"}},
	}
	if diff := cmp.Diff(want, publisher); diff != "" {
		t.Error(diff)
	}
	e = laneOf(t, "about: a\ntransport: sse\nfolder: '{{.Folder}}/x'\ncommand: [server]\nsubscribe: /\npublish: {url: /}\n")
	g, targets, _ := rendered(t, e)
	if targets[0].Header != "" || g.Folder != filepath.Join(g.vars.Folder, "x") {
		t.Errorf("%+v, %+v", g, targets)
	}
}

// runnable is a lane's program with the variables it was rendered with.
type runnable struct {
	program.Runnable
	vars *program.Vars
}

// rendered is a lane as a trial has it: its program rendered, where to subscribe, and how to publish.
func rendered(t *testing.T, e *External) (runnable, []wire.Target, wire.Publisher) {
	t.Helper()
	p, vars := e.Process(time.Second), e.Vars()
	vars.Folder = t.TempDir()
	defer vars.Release()
	f, err := p.Render(vars)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := e.Targets(f.Serves, netip.MustParseAddrPort("127.0.0.1:80"), f.Rendered, 0)
	if err != nil {
		t.Fatal(err)
	}
	publisher, err := e.Publisher(f.Rendered, 0)
	if err != nil {
		t.Fatal(err)
	}
	return runnable{f, vars}, targets, publisher
}
