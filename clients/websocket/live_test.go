package websocket_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
	"github.com/gobwas/ws/wsutil"
	"github.com/google/go-cmp/cmp"
	"github.com/lxzan/gws"

	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

// work is what the servers below send twice to every client; behind it they send back what the client says.
var work = strings.Repeat("all work and no play makes Jack a dull boy. ", 50)

// talk has the decoder speak with a server, and checks what it is told. It returns how many bytes that took.
func talk(t *testing.T, address string) (read int) {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	d := websocket.New()
	if _, err := conn.Write(d.Open(wire.Target{Address: address, Path: "/"}, wire.Live)); err != nil {
		t.Fatal(err)
	}
	var got []string
	sent := false
	for buffer := make([]byte, 1000); len(got) < 3; {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatalf("after %d messages: %v", len(got), err)
		}
		read += n
		if _, err := d.Feed(buffer[:n], func(p []byte) { got = append(got, string(p)) }); err != nil {
			t.Fatalf("after %d messages: %v", len(got), err)
		}
		if d.Ready() && !sent {
			sent = true
			if _, err := conn.Write(d.Uplink([]byte(work))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff([]string{work, work, work}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	return read
}

// compact fails unless all was compressed.
func compact(t *testing.T, read int) {
	t.Helper()
	if read > len(work) {
		t.Errorf("%d bytes for three messages of %d: they were not compressed", read, len(work))
	}
}

// Node's ws, as its README sets it up and otherwise.
func TestNode(t *testing.T) {
	folder, err := filepath.Abs(filepath.Join("..", "..", "bin", "peers", "node"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "ws")); err != nil {
		t.Skipf("make peers puts ws there: %v", err)
	}
	for name, c := range map[string]struct {
		deflate    string
		compressed bool
	}{
		"README": {`{"zlibDeflateOptions": {"chunkSize": 1024, "memLevel": 7, "level": 3}, "zlibInflateOptions": {"chunkSize": 10240},
			"clientNoContextTakeover": true, "serverNoContextTakeover": true, "serverMaxWindowBits": 10, "concurrencyLimit": 10, "threshold": 1024}`, true},
		"as it comes":             {`true`, true},
		"off":                     {`false`, false},
		"takeover":                {`{"serverNoContextTakeover": false, "clientNoContextTakeover": false}`, true},
		"takeover, small windows": {`{"serverNoContextTakeover": false, "serverMaxWindowBits": 9, "clientMaxWindowBits": 9}`, true},
		"smallest window":         {`{"serverNoContextTakeover": false, "serverMaxWindowBits": 8}`, true},
		"largest windows":         {`{"serverMaxWindowBits": 15, "clientMaxWindowBits": 15}`, true},
		"insists on our window":   {`{"clientMaxWindowBits": 10}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "node", "testdata/ws.mjs", folder, c.deflate)
			cmd.Stderr = os.Stderr
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Skip(err)
			}
			defer func() { _ = stdin.Close(); _ = cmd.Wait() }()
			port, err := bufio.NewReader(stdout).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if read := talk(t, net.JoinHostPort("127.0.0.1", strings.TrimSpace(port))); c.compressed {
				compact(t, read)
			}
		})
	}
}

// echo is what a server over gws does with its clients.
type echo struct{ gws.BuiltinEventHandler }

func (echo) OnOpen(c *gws.Conn) {
	for range 2 {
		_ = c.WriteString(work)
	}
}

func (echo) OnMessage(c *gws.Conn, m *gws.Message) {
	_ = c.WriteMessage(m.Opcode, m.Bytes())
	_ = m.Close()
}

func TestGWS(t *testing.T) {
	for _, takeover := range []bool{false, true} {
		for _, bits := range []int{8, 10, 15} {
			t.Run(fmt.Sprintf("takeover %v, %d bits", takeover, bits), func(t *testing.T) {
				u := gws.NewUpgrader(echo{}, &gws.ServerOption{PermessageDeflate: gws.PermessageDeflate{
					Enabled: true, ServerContextTakeover: takeover, ClientContextTakeover: takeover, ServerMaxWindowBits: bits, ClientMaxWindowBits: bits,
				}})
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if c, err := u.Upgrade(w, r); err == nil {
						c.ReadLoop()
					}
				}))
				defer server.Close()
				compact(t, talk(t, server.Listener.Addr().String()))
			})
		}
	}
}

func TestGobwas(t *testing.T) {
	for name, c := range map[string]struct {
		parameters wsflate.Parameters
		declines   bool // it wants a size for a window we give it the choice of
	}{
		"as its example has it": {parameters: wsflate.DefaultParameters},
		"takeover":              {parameters: wsflate.Parameters{}},
		"a window":              {parameters: wsflate.Parameters{ServerNoContextTakeover: true, ServerMaxWindowBits: 10}},
		"takeover, a window":    {parameters: wsflate.Parameters{ServerMaxWindowBits: 15}},
		"both windows":          {parameters: wsflate.Parameters{ServerMaxWindowBits: 10, ClientMaxWindowBits: 10}, declines: true},
	} {
		t.Run(name, func(t *testing.T) {
			var lc net.ListenConfig
			l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- serveGobwas(l, c.parameters) }()
			if read := talk(t, l.Addr().String()); !c.declines {
				compact(t, read)
			}
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

// serveGobwas serves one client.
func serveGobwas(l net.Listener, parameters wsflate.Parameters) error {
	defer l.Close()
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	e := wsflate.Extension{Parameters: parameters}
	u := ws.Upgrader{Negotiate: e.Negotiate}
	if _, err := u.Upgrade(conn); err != nil {
		return err
	}
	send := func(text string) error {
		frame := ws.NewTextFrame([]byte(text))
		if _, accepted := e.Accepted(); accepted {
			if frame, err = wsflate.CompressFrame(frame); err != nil {
				return err
			}
		}
		return ws.WriteFrame(conn, frame)
	}
	for range 2 {
		if err := send(work); err != nil {
			return err
		}
	}
	text, err := wsutil.ReadClientText(conn)
	if err != nil {
		return err
	}
	return send(string(text))
}
