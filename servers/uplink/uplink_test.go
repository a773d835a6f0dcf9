package uplink

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
)

// What a lane may read and what a client may send are the same.
func TestTheLongestMessageIsTheClients(t *testing.T) {
	if hub.MaxUplink != wire.MaxUplink {
		t.Errorf("a lane reads %d bytes, a client may send %d", hub.MaxUplink, wire.MaxUplink)
	}
}

func TestInboxCounts(t *testing.T) {
	var in Inbox
	if in.Take([]byte("hello")) != nil || in.Take(nil) != nil {
		t.Error("what is no message is confirmed")
	}
	const clients, each = 3000, 3 // of several blocks
	var senders sync.WaitGroup
	for c := range uint32(clients) {
		senders.Go(func() {
			for n := range uint32(each) {
				u := wire.Uplink{Client: c, Number: n + 1}
				if got := string(in.Take(u.Message(50))); got != string(u.Message(0)) {
					t.Errorf("%+v is confirmed with %q", u, got)
				}
			}
		})
	}
	senders.Wait()
	in.Take(wire.Uplink{Client: 5, Number: each}.Message(50))      // again
	in.Take(wire.Uplink{Client: 5, Number: 1}.Message(50))         // late
	in.Take(wire.Uplink{Client: 1<<32 - 1, Number: 1}.Message(50)) // of nobody
	got := in.Stats()
	if got["received"] != clients*each+3 || got["bytes"] != 50*(clients*each+3) || got["repeated"] != 2 {
		t.Errorf("got %v", got)
	}
}

// A message allocates nothing where its client has sent one before.
func TestTakeAllocatesNothing(t *testing.T) {
	var in Inbox
	message := wire.Uplink{Client: 1, Number: 1}.Message(128)
	if n := testing.AllocsPerRun(100, func() { in.Take(message) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPost(t *testing.T) {
	var in Inbox
	h := hub.New(hub.Config{History: 1, Receive: in.Take})
	defer h.Close()
	server := httptest.NewServer(Post(h))
	defer server.Close()
	message := func(size int) string { return string(wire.Uplink{Client: 1, Number: 1}.Message(size)) }
	for _, c := range []struct {
		name, body string
		chunked    bool
		status     int
		received   float64 // by then
	}{
		{"none", "", false, 204, 0},
		{"a message", message(128), false, 204, 1},
		{"the longest", message(wire.MaxUplink), false, 204, 2},
		{"in chunks", message(128), true, 204, 3},
		{"too long", message(wire.MaxUplink + 1), false, 413, 3},
		{"of nobody's", "hello", false, 400, 3},
	} {
		var body io.Reader = strings.NewReader(c.body)
		if c.chunked {
			body = io.MultiReader(body) // of no known length
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status || in.Stats()["received"] != c.received {
			t.Errorf("%s: status %d, %v received; want %d, %v", c.name, resp.StatusCode, in.Stats()["received"], c.status, c.received)
		}
	}
}
