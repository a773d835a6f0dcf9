package fleet

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// signposts is a server that redirects by path, and serves a stream elsewhere. It says which paths it was asked for.
func signposts(t *testing.T, statuses map[string]int, locations map[string]string) (target wire.Target, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var paths []string
	target = listening(t, func(_ int, conn net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		mu.Lock()
		paths = append(paths, request.RequestURI)
		mu.Unlock()
		if location, ok := locations[request.URL.Path]; ok {
			location = strings.ReplaceAll(location, "HERE", conn.LocalAddr().String())
			fmt.Fprintf(conn, "HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 5\r\n\r\nmoved", statuses[request.URL.Path], location)
			return
		}
		fmt.Fprintf(conn, eventHead+"data: %s\n\n", stamped(1))
		hold(conn)
	})
	target.Transport, target.External = "sse", &wire.External{}
	return target, func() []string { mu.Lock(); defer mu.Unlock(); return paths }
}

// An EventSource follows redirects of every kind to where it is served, as a part of the handshake, and the report says so.
func TestRedirectsAreFollowed(t *testing.T) {
	const connections = 3
	locations := map[string]string{"/a": "/b#x", "/b": "http://HERE/c?d=e", "/c": "c/../f/"}
	for _, first := range []int{301, 302, 303, 307, 308} {
		everyEngine(t, func(t *testing.T, o Options) {
			target, asked := signposts(t, map[string]int{"/a": first, "/b": 307, "/c": 303}, locations)
			target.Path = "/a"
			f := subscribed(t, o, target, connections)
			r := collect(t, f, wire.Collect{Through: 1})
			if r.Connections != connections || r.Failed+r.Retried+r.Closed+r.Cut > 0 || len(r.Errors) > 0 || r.Received != connections {
				t.Errorf("got %+v, errors %v", r.Counts, r.Errors)
			}
			for metric, want := range map[string]int64{connectLateness: 1, tcpConnect: 4, responseHead: 1, handshake: 1} {
				if h, err := r.Histograms[metric].Decode(); err != nil || h.TotalCount() != want*connections {
					t.Errorf("%s was recorded %d times, want %d (%v)", metric, h.TotalCount(), want*connections, err)
				}
			}
			count := map[string]int{}
			for _, path := range asked() {
				count[path]++
			}
			if diff := cmp.Diff(map[string]int{"/a": 3, "/b": 3, "/c?d=e": 3, "/f/": 3}, count); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
			want := map[string]int{`the server redirects subscribers to "/f/", which is part of their handshakes: write that into the lane file`: 3}
			if diff := cmp.Diff(want, r.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// A server may lead each client to a path of its own: the report does not grow with that.
func TestNotesAreBounded(t *testing.T) {
	r := newRecorder(0, nil)
	for i := range 100 {
		r.note(fmt.Sprint(i))
		r.note("0")
	}
	if r.notes["0"] != 101 || len(r.notes) != wire.Notes().Most+1 {
		t.Errorf("got %v", r.notes)
	}
}

// Load goes only where a lane file says, and a circle has an end.
func TestRedirectsThatEndTheClient(t *testing.T) {
	for name, c := range map[string]struct{ location, says string }{
		"another host":   {"http://b.example/events", `http: status 307 redirects to "http://b.example/events", and that is not HERE: load goes only where a lane file says: write that into it`},
		"another port":   {"//127.0.0.1:1/events", `http: status 307 redirects to "//127.0.0.1:1/events", and that is not HERE: load goes only where a lane file says: write that into it`},
		"another scheme": {"https://HERE/", `http: status 307 redirects to "https://HERE/", and that is not HERE: load goes only where a lane file says: write that into it`},
		"a circle":       {"/a", `http: status 307 redirects to "/a", behind 20 others`},
		"no address":     {"http://[/", `http: status 307 redirects to "http://[/", which is no address`},
	} {
		t.Run(name, func(t *testing.T) {
			everyEngine(t, func(t *testing.T, o Options) {
				target, asked := signposts(t, map[string]int{"/a": 307}, map[string]string{"/a": c.location})
				target.Path = "/a"
				f := newFleetOf(t, o, Client{Decoder: sseDecoder})
				err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: 1, Agents: 1})
				says := strings.ReplaceAll(c.says, "HERE", target.Address)
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("got %v, want %s", err, says)
				}
				r := collect(t, f, wire.Collect{})
				if errs := slices.Collect(maps.Keys(r.Errors)); len(errs) != 1 || errs[0] != says || r.Failed != 1 {
					t.Errorf("got %+v with %v", r.Counts, errs)
				}
				if n := len(asked()); n != 1 && n != MaxRedirects+1 {
					t.Errorf("the server was asked %d times", n)
				}
			})
		})
	}
}

func TestFollow(t *testing.T) {
	for _, c := range []struct {
		target         wire.Target
		location, want string // empty: an error
	}{
		{wire.Target{Address: "a:80", Path: "/x/y?z"}, "w", "/x/w"},
		{wire.Target{Address: "a:80", Path: "/x/y?z"}, "?w", "/x/y?w"},
		{wire.Target{Address: "a:80", Path: "/x"}, "http://a/x/", "/x/"},
		{wire.Target{Address: "a:8080", Path: "/x"}, "http://a/x/", ""},
		{wire.Target{Address: "a:443", Path: "/x", TLS: true}, "https://a", "/"},
		{wire.Target{Address: "a:443", Path: "/x", TLS: true}, "http://a:443/", ""},
		{wire.Target{Address: "[::1]:80", Path: "/x"}, "http://[::1]/y", "/y"},
		{wire.Target{Address: "a:80", Path: ""}, "/a b", "/a%20b"},
		{wire.Target{Address: "a:80", Path: "/x"}, "http://user@a/x", ""},
		{wire.Target{Address: "a:80", Path: "/x"}, "mailto:a", ""},
		{wire.Target{Address: "a:80", Path: "/x"}, "/\x00", ""},
		{wire.Target{Address: "127.0.0.1:80", Host: "localhost:80", Path: "/x"}, "http://localhost/x/?token=S3CRET", "/x/?token=S3CRET"},
		{wire.Target{Address: "a:80", Path: "/x"}, "http://b/x/?token=S3CRET", ""},
		{wire.Target{Address: "a:80", Path: "/x"}, "http://u:S3CRET@a/x/", ""},
	} {
		got, err := Follow(c.target, &http1.RedirectError{Status: 307, Location: c.location})
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v to %q: %q, %v, want %q", c.target, c.location, got, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "S3CRET") {
			t.Errorf("says %v", err)
		}
	}
}

// An EventSource comes back to any server with the id that it gave, whatever that is, and not before the client's own bound.
func TestEventSourceResumesByTheServersIDs(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		ids := []string{"", "urn:uuid:6e8bc430", "007", ""}
		asked := make(chan string, len(ids))
		target := listening(t, func(number int, conn net.Conn) {
			request, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			asked <- request.Header.Get("Last-Event-ID")
			head := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
			if number == len(ids)-1 {
				_, _ = io.WriteString(conn, head)
				hold(conn)
				return
			}
			fmt.Fprintf(conn, head+"retry: 3600000\nid: %s\ndata: %s\n\n", ids[number+1], stamped(uint64(number+1))) //nolint:gosec // small
		})
		target.Transport, target.Path, target.External = "sse", "/", &wire.External{}
		f := newFleetOf(t, o, Client{Decoder: sseDecoder})
		f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectEventSource, Delay: time.Millisecond, Most: 2 * time.Millisecond}})
		if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: 1, Agents: 1}); err != nil {
			t.Fatal(err)
		}
		for i, want := range ids {
			select {
			case got := <-asked:
				if got != want {
					t.Errorf("connection %d resumes after %q, want %q", i, got, want)
				}
			case <-time.After(patience):
				t.Fatalf("connection %d does not come", i)
			}
		}
		const note = "the server asks clients to wait 1h0m0s before they come back (retry:), and they waited 2ms, fleet.reconnect.most"
		r := collect(t, f, wire.Collect{Through: 3})
		if r.Expected != 3 || r.Received != 3 || r.Notes[note] != 3 {
			t.Errorf("got %+v, notes %v", r.Counts, r.Notes)
		}
	})
}
