package websocket_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	gorilla "github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

// What the decoder sends a server of gorilla's reads as it was meant, whatever its length.
func TestUplinksAreTextFrames(t *testing.T) {
	sizes := []int{0, 1, 125, 126, 4096, 1<<16 - 1, 1 << 16}
	got := make(chan string, len(sizes))
	query := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query <- r.URL.RawQuery
		var u gorilla.Upgrader
		conn, err := u.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		for {
			kind, p, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if kind != gorilla.TextMessage {
				t.Errorf("a message of kind %d", kind)
			}
			got <- string(p)
		}
	}))
	defer server.Close()
	d := websocket.New()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request := d.Open(wire.Target{Address: "a:1", Path: "/ws", Uplink: true}, 7)
	if d.Ready() {
		t.Error("ready before the handshake")
	}
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	if got := <-query; got != "after=7&uplink=1" {
		t.Errorf("the request's query is %q", got)
	}
	for !d.Ready() {
		buffer := make([]byte, 1000)
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Feed(buffer[:n], func([]byte) {}); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range sizes {
		message := strings.Repeat("x", size)
		if _, err := conn.Write(d.Uplink([]byte(message))); err != nil {
			t.Fatal(err)
		}
		if p := <-got; p != message {
			t.Errorf("%d bytes arrived of a message of %d", len(p), size)
		}
	}
	if d.Close(); d.Ready() {
		t.Error("ready behind the close frame")
	}
}
