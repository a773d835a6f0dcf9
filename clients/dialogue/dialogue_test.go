package dialogue

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
)

// What a decoder says reaches a real server as texts, in its order.
func TestDialogue(t *testing.T) {
	arrived := make(chan string, 10)
	upgrader := websocket.Upgrader{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		defer close(arrived)
		for _, text := range []string{"0{}", "2probe", "2", "5"} {
			_ = c.WriteMessage(websocket.TextMessage, []byte(text))
		}
		for range 5 {
			_, text, err := c.ReadMessage()
			if err != nil {
				t.Error(err)
				return
			}
			arrived <- string(text)
		}
	}))
	defer s.Close()

	target := wire.Target{Address: strings.TrimPrefix(s.URL, "http://"), Path: "/", Dialogue: &wire.Dialogue{
		Send: []string{"hello", "join"}, Answer: []wire.Answer{{To: "0", With: "40"}, {To: "2", With: "3"}, {To: "2probe", With: "3probe"}},
	}}
	conn := dial(t, target.Address)
	d := New()
	write(t, conn, d.Open(target, wire.Live))
	var got []string
	for len(got) < 4 {
		reply, err := d.Feed(read(t, conn), func(payload []byte) { got = append(got, string(payload)) })
		if err != nil {
			t.Fatal(err)
		}
		write(t, conn, reply)
	}
	if diff := cmp.Diff([]string{"0{}", "2probe", "2", "5"}, got); diff != "" {
		t.Error(diff)
	}
	var received []string
	for text := range arrived {
		received = append(received, text)
	}
	if diff := cmp.Diff([]string{"hello", "join", "40", "3probe", "3"}, received); diff != "" {
		t.Error(diff)
	}
}
