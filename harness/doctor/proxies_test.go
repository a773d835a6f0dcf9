package doctor

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/quirks"
)

// Configurations, with where to listen, the upstream, a folder, and what a case adds.
const (
	nginxConfig = `daemon off; master_process off; pid FOLDER/nginx.pid; error_log stderr error;
events {}
http {
  access_log off;
  client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy; fastcgi_temp_path FOLDER/fastcgi; uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;
  server { listen LISTEN; location / { proxy_pass http://UPSTREAM; MORE } }
}
`
	haproxyConfig = `defaults
  mode http
  timeout connect 5000
  timeout client 50000
  timeout server 50000
frontend here
  bind LISTEN
  default_backend there
backend there
  server one UPSTREAM
  MORE
`
)

// proxy starts one before an upstream, until the test ends, and returns its address.
func proxy(t *testing.T, program, upstream, more string) (address string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("not there: %s: apt-get install %s", program, program)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	_ = free.Close()
	folder := t.TempDir()
	config, file := nginxConfig, filepath.Join(folder, "config")
	args := []string{"-c", file, "-p", folder, "-e", "stderr"}
	if program == "haproxy" {
		config, args = haproxyConfig, []string{"-db", "-q", "-f", file}
	}
	config = strings.NewReplacer("FOLDER", folder, "LISTEN", address, "UPSTREAM", upstream, "MORE", more).Replace(config)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cancel(); <-ended })
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-tick.C {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return address
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", program, err, output.String())
		default:
		}
	}
	t.Fatalf("%s does not listen\n%s", program, output.String())
	return ""
}

const upgrading = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection Upgrade; proxy_set_header Host $http_host;"

const undelayed = "option http-no-delay\n  "

// Real proxies before sound servers: what each does wrong is named, and on whose side it is.
func TestProxies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		program, more string
		quirk, lane   string
		transport     string
		compared      string // what the comparison says of the proxy; empty: nothing is wrong
		faults        []string
	}{
		"nginx buffers":             {program: "nginx", quirk: "live-unmarked", compared: "the proxy buffers; direct: events come one by one", faults: []string{"buffering"}},
		"nginx is told not to":      {program: "nginx", quirk: "live"},
		"nginx does not":            {program: "nginx", more: "proxy_buffering off;", quirk: "live-unmarked"},
		"nginx before a lane":       {program: "nginx", lane: "sse-gin"},
		"nginx holds the head back": {program: "nginx", more: "proxy_ignore_headers X-Accel-Buffering;", lane: "sse-gin", compared: "the proxy holds the answer back, or refuses", faults: []string{"answer"}},
		"nginx compresses":          {program: "nginx", more: "proxy_buffering off; gzip on; gzip_types text/event-stream; gzip_min_length 0;", quirk: "live-unmarked", compared: "the proxy compresses"},
		"nginx compresses and buffers": {
			program: "nginx", more: "proxy_http_version 1.1; gzip on; gzip_types text/event-stream; gzip_min_length 0;", quirk: "live-unmarked",
			compared: "the proxy", faults: []string{"compression"},
		},
		"nginx cuts":                    {program: "nginx", more: "proxy_buffering off; proxy_read_timeout 300ms;", quirk: "sse", compared: "the proxy cuts", faults: []string{"end"}},
		"nginx passes no upgrade on":    {program: "nginx", lane: "ws-gorilla", compared: "the proxy does not pass the upgrade on", faults: []string{"upgrade"}},
		"nginx passes upgrades on":      {program: "nginx", more: upgrading, quirk: "talk", transport: WebSocket},
		"nginx before a WebSocket lane": {program: "nginx", more: upgrading, lane: "ws-gorilla"},
		"nginx cuts a WebSocket":        {program: "nginx", more: upgrading + "proxy_read_timeout 300ms;", quirk: "talk-quiet", transport: WebSocket, compared: "the proxy cuts", faults: []string{"end"}},
		// Measured with 2.6: it tells the kernel to wait for more (MSG_MORE), which the kernel does for 200 ms.
		"haproxy waits":                  {program: "haproxy", quirk: "live-unmarked", compared: "the proxy buffers", faults: []string{"buffering"}},
		"haproxy is told not to":         {program: "haproxy", more: undelayed, quirk: "live-unmarked"},
		"haproxy before a lane":          {program: "haproxy", more: undelayed, lane: "sse-gin"},
		"haproxy passes upgrades on":     {program: "haproxy", quirk: "talk", transport: WebSocket},
		"haproxy cuts":                   {program: "haproxy", more: "timeout server 300", quirk: "sse", compared: "the proxy cuts", faults: []string{"end"}},
		"haproxy compresses and flushes": {program: "haproxy", more: undelayed + "compression algo gzip\n  compression type text/event-stream", quirk: "live-unmarked", compared: "the proxy compresses"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			origin := ""
			switch {
			case c.lane != "":
				origin = serve(t, c.lane).URL
			default:
				origin = "http://" + quirks.Start(t, c.quirk) + "/events"
			}
			_, rest, _ := strings.Cut(origin, "://")
			upstream, path, _ := strings.Cut(rest, "/")
			o := Options{URL: strings.Replace(origin, upstream, proxy(t, c.program, upstream, c.more), 1), Origin: origin, Transport: c.transport}
			r, err := examine(t, o)
			if err != nil {
				t.Fatal(err, path)
			}
			if faults := r.Faults(); !slices.Equal(faults, c.faults) {
				t.Errorf("at fault: %q, want %q", faults, c.faults)
			}
			if !slices.ContainsFunc(r.Compared, func(f Finding) bool { return strings.Contains(f.Seen, c.compared) }) {
				t.Errorf("%q is not in %+v", c.compared, r.Compared)
			}
			if t.Failed() {
				t.Logf("front %+v\norigin %+v\ncompared %+v", r.Findings, r.AtOrigin, r.Compared)
			}
		})
	}
}
