package cli

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/scenario"
)

// compareReady runs a small comparison of a lane of pushbench with every ready lane whose program is there, and names those
// whose are not: compareready LANE.
func compareReady(ts *testscript.TestScript, _ bool, args []string) {
	v := &program.Vars{Peers: ts.Getenv(program.PeersVariable)}
	for _, name := range scenario.ReadyLanes() {
		e, err := scenario.ReadyLane(name)
		ts.Check(err)
		if err := e.Program.Missing(name, v); err != nil || !e.Exercised {
			ts.Logf("not compared: %s (exercised: %v): %v", name, e.Exercised, err)
			continue
		}
		text := fmt.Sprintf("lanes: [%s, %s]\n", args[0], name) + `
phases:
  - ramp: {to: 3}
  - ramp: {to: 6}
  - idle: 100ms
  - broadcast: {rate: 20, for: 500ms}
heartbeat: {every: 1s}
blocks: 1
`
		ts.Check(os.WriteFile(ts.MkAbs("with-"+name+".yaml"), []byte(text), 0o600))
		ts.Check(ts.Exec("pushbench", "compare", "with-"+name+".yaml"))
		summary := ts.ReadFile("results/runs/latest/summary.csv")
		for _, row := range []string{"reach,1,1,1,", "cpu_per_message,s,1,", "rss_per_connection,B,1,", "cpu_per_handshake,s,1,"} {
			if want := "with-" + name + "," + name + ",," + row; !strings.Contains(summary, "\n"+want) {
				ts.Fatalf("no row %s in the summary", want)
			}
		}
	}
}

// pushServer runs an SSE server beside the script that is none of pushbench's, and writes the lane file mine.yaml for it.
func pushServer(ts *testscript.TestScript, _ bool, _ []string) {
	self, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(self, "pushserver")
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	url, err := bufio.NewReader(stdout).ReadString('\n')
	ts.Check(err)
	text := "about: a server of the test\ntransport: sse\nurl: " + url + `
subscribe: /events
publish: {url: /publish}
envelope: {before: '<', after: '>'}
settings: {router: a test}
`
	ts.Check(os.WriteFile(ts.MkAbs("mine.yaml"), []byte(text), 0o600))
}

// servePushes is that server's process: it says where it is, and ends with its stdin.
func servePushes() {
	server := httptest.NewServer(&streams{all: map[chan string]bool{}})
	fmt.Println(server.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// streams sends what is posted to all who get.
type streams struct {
	mu  sync.Mutex
	all map[chan string]bool
}

func (s *streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		text, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.all {
			c <- "<" + string(text) + ">"
		}
		return
	}
	c := make(chan string, 1000)
	s.mu.Lock()
	s.all[c] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.all, c)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "data: welcome\n\n")
	for {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case text := <-c:
			breaks := strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ")
			fmt.Fprintf(w, "data: %s\n\n", breaks.Replace(text))
		case <-r.Context().Done():
			return
		}
	}
}
