package trial

import (
	"encoding/base64"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// laneOf reads a lane file from a folder of its own.
func laneOf(t *testing.T, source string) *scenario.External {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	e, _, err := scenario.ExternalLane(path)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The user and the password of a URL go with subscribing, with the health check and with publishing, and the environment's
// variables into every template. The program runs beside its file, or where that says.
func TestFill(t *testing.T) {
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
	f, err := fill(ExternalOptions{Lane: e})
	defer os.RemoveAll(f.folder)
	if err != nil {
		t.Fatal(err)
	}
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("user:p@ss")) + "\r\n"
	config, err := os.ReadFile(filepath.Join(f.folder, "a.conf"))
	if f.header() != basic || f.subscribe.RequestURI() != "/base/ws?x=1" || f.health.String() != "http://user:p%40ss@127.0.0.1:80/base/health" ||
		f.runs != e.Here || !cmp.Equal(f.command, []string{"./server", "S 3"}) || !cmp.Equal(f.environment, []string{"TOKEN=S 3"}) || string(config) != "token S 3" || err != nil {
		t.Errorf("%q, %s, %s, runs in %s, %q, %q, %s, %v", f.header(), f.subscribe, f.health, f.runs, f.command, f.environment, config, err)
	}
	want := wire.Publisher{
		Lane: "mine", Method: "POST", URL: "http://user:p%40ss@127.0.0.1:80/base/publish", Body: "{{.Payload}}", Answer: "ok", Concurrency: 3,
		Header: http.Header{"Authorization": {"Bearer S 3"}},
	}
	if diff := cmp.Diff(want, f.publish); diff != "" {
		t.Error(diff)
	}
	e = laneOf(t, "about: a\ntransport: sse\nfolder: '{{.Folder}}/x'\ncommand: [server]\nsubscribe: /\npublish: {url: /}\n")
	g, err := fill(ExternalOptions{Lane: e})
	defer os.RemoveAll(g.folder)
	if err != nil || g.header() != "" || g.runs != filepath.Join(g.folder, "x") {
		t.Errorf("%q, runs in %s, %v", g.header(), g.runs, err)
	}
}

// Subscribers go where somebody answers: a name may have several addresses.
func TestTheAddressThatAnswers(t *testing.T) {
	six, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("there is no ::1 here: ", err)
	}
	defer six.Close()
	there := netip.MustParseAddrPort(six.Addr().String())
	both := []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), there.Port()), there}
	if got, err := answering(t.Context(), both); err != nil || got != there {
		t.Errorf("%v, %v, want %v", got, err, there)
	}
	four, err := net.Listen("tcp", both[0].String())
	if err != nil {
		t.Skip("another process has the port: ", err)
	}
	if got, err := answering(t.Context(), both); err != nil || got != both[0] {
		t.Errorf("%v, %v, want %v", got, err, both[0])
	}
	_, _ = four.Close(), six.Close()
	if _, err := answering(t.Context(), both); err == nil || !strings.Contains(err.Error(), both[0].String()) || !strings.Contains(err.Error(), there.String()) {
		t.Errorf("nobody answers: %v", err)
	}
	f := filled{}
	f.subscribe, _ = (&scenario.Vars{}).URL(&scenario.External{URL: "http://localhost:7"}, "/")
	all, err := f.addresses(t.Context())
	if err != nil || len(all) == 0 || all[0].Port() != 7 || all[0].Addr() != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("localhost is %v, %v", all, err)
	}
}
