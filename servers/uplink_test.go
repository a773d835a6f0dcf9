package servers

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/wire"
)

func numbered(number uint32, size int) []byte {
	return wire.Uplink{Client: 3, Number: number}.Message(size)
}

// stat reads one of the server's figures.
func (p *process) stat(t *testing.T, name string) float64 {
	t.Helper()
	_, text := p.call(t, http.MethodGet, "/stats", p.Token, nil)
	var stats wire.Stats
	if err := json.Unmarshal([]byte(text), &stats); err != nil {
		t.Fatal(err)
	}
	return stats[name]
}

// A lane says in its settings how clients can talk to it. Of today's all hear them but WebTransport's, whose one stream flows
// one way, and connections whose streams are all taken.
func TestWhoTakesUplinks(t *testing.T) {
	for _, l := range Lanes() {
		if hears := l.Transport != "webtransport"; l.TakesUplinks() != hears || (l.uplink() == "none") == hears {
			t.Errorf("%s: takes uplinks %v, and says %q", l.Name, l.TakesUplinks(), l.uplink())
		}
	}
	for name, takes := range map[string]bool{"sse-h2+streams100": true, "sse-h2+streams250": false, "sse-gin+tls": true} {
		if l, err := LaneByName(name); err != nil || l.TakesUplinks() != takes {
			t.Errorf("%s: takes uplinks %v, %v; want %v", name, l.TakesUplinks(), err, takes)
		}
	}
	if other := (Lane{Lane: lane.Lane{Transport: "carrier-pigeon"}}); other.TakesUplinks() || other.uplink() != "none" {
		t.Errorf("a transport nobody knows is said to carry messages: %s", other.uplink())
	}
}

// Whole messages, fragmented ones and the longest are confirmed in their order, among messages of the server; what is no
// message of pushbench's is passed over, and so is all that a client says that did not say it would.
func TestEveryWebSocketConfirmsMessages(t *testing.T) {
	everyWebSocket(t, Config{}, func(t *testing.T, p *process) {
		dialer := websocket.Dialer{WriteBufferSize: 512} // longer ones leave in fragments
		conn, resp, err := dialer.DialContext(t.Context(), p.URL+"?uplink=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		resp.Body.Close()
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		published := make(chan struct{})
		go func() {
			defer close(published)
			p.call(t, http.MethodPost, "/broadcast", p.Token, wire.Broadcast{Rate: 1000, Count: 50, Size: 64})
		}()
		for i, size := range []int{64, 0, wire.MaxUplink, 1000, 64} {
			w, err := conn.NextWriter(websocket.TextMessage)
			if err == nil {
				_, err = w.Write(numbered(uint32(i+1), size))
			}
			if err == nil {
				err = w.Close()
			}
			if err == nil {
				err = conn.WriteMessage(websocket.TextMessage, []byte("hello"))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		const uplinks, messages = 5, 50
		confirmed, received := uint32(0), uint64(0)
		for confirmed < uplinks || received < messages {
			_, m, err := conn.ReadMessage()
			if err != nil {
				t.Fatalf("after %d confirmations and %d messages: %v", confirmed, received, err)
			}
			stamp, ok := wire.ParseStamp(m)
			switch id, ours := wire.ParseUplink(m); {
			case ours:
				if confirmed++; id != (wire.Uplink{Client: 3, Number: confirmed}) || len(m) != wire.UplinkSize {
					t.Fatalf("confirmation %d is of %+v, in %d bytes", confirmed, id, len(m))
				}
			case ok && stamp.Greeting():
				received = stamp.Seq
			default:
				if received++; !ok || stamp.Seq != received {
					t.Fatalf("message %q, want number %d", m, received)
				}
			}
		}
		<-published
		if n := p.stat(t, "uplink/received"); n != 5 {
			t.Errorf("%v messages received, want 5", n)
		}
	})
}

// A frame too long, or one that says nothing of ours, ends a subscription on raw TCP; all before it is confirmed.
func TestRawTCPConfirmsMessages(t *testing.T) {
	for _, lane := range []string{"tcp", "tcp-epoll"} {
		for _, last := range []string{"\x00\x00\x10\x01", "\x00\x00\x00\x00", "\x00\x00\x00\x05hello"} {
			t.Run(fmt.Sprintf("%s %q", lane, last), func(t *testing.T) {
				p := start(t, Config{Lane: lane})
				conn := p.connect(t)
				send(t, conn, "\xff\xff\xff\xff\xff\xff\xff\xff")
				nextFrame(t, conn) // greeting
				for i, size := range []int{64, wire.MaxUplink, 0} {
					m := numbered(uint32(i+1), size)
					for _, part := range []string{"\x00\x00", string([]byte{byte(len(m) >> 8), byte(len(m))}), string(m[:5]), string(m[5:])} {
						send(t, conn, part)
					}
					if got := nextFrame(t, conn); got != string(numbered(uint32(i+1), 0)) {
						t.Errorf("message %d is confirmed with %q", i+1, got)
					}
				}
				send(t, conn, last)
				if rest, err := io.ReadAll(conn); len(rest) > 0 && err == nil {
					t.Errorf("the server goes on with %q", rest)
				}
				if n := p.stat(t, "uplink/received"); n != 3 {
					t.Errorf("%v messages received, want 3", n)
				}
			})
		}
	}
}

func nextFrame(t *testing.T, conn net.Conn) string {
	t.Helper()
	head := make([]byte, 4)
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[2])<<8|int(head[3]))
	if _, err := io.ReadFull(conn, body); err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// On every lane that is posted to one connection takes many messages, cut anywhere or one behind the other, and can then
// become a subscription.
func TestPostsShareAConnection(t *testing.T) {
	for _, l := range Lanes() {
		if !l.posts() || l.Streams > 0 || l.UDP { // HTTP/2 and HTTP/3 have no messages behind one another
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			p := start(t, Config{Lane: l.Name})
			conn := p.connect(t)
			in := bufio.NewReader(conn)
			post := func(m []byte) string {
				return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", l.Path, len(m), m)
			}
			answered := func(what string) {
				t.Helper()
				resp, err := http.ReadResponse(in, &http.Request{Method: http.MethodPost})
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusNoContent || resp.Close {
					t.Errorf("%s: %s, closes %v", what, resp.Status, resp.Close)
				}
			}
			send(t, conn, post(nil))
			answered("nothing")
			for _, b := range post(numbered(1, 100)) {
				send(t, conn, string(b))
			}
			answered("in pieces")
			send(t, conn, post(numbered(2, wire.MaxUplink))+post(numbered(3, 64)))
			answered("two at once, the first")
			answered("the second")
			if n := p.stat(t, "uplink/received"); n != 3 {
				t.Errorf("%v messages received, want 3", n)
			}
			send(t, conn, "GET "+l.Path+"?greet=1 HTTP/1.1\r\nHost: a\r\n\r\n")
			resp, err := http.ReadResponse(in, nil)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("no subscription behind them: %v", err)
			}
			defer resp.Body.Close()
			defer conn.Close() // first: a body is closed at its end
			line, err := bufio.NewReader(resp.Body).ReadString('\n')
			if err != nil || strings.TrimSpace(line) == "" {
				t.Errorf("the stream begins with %q: %v", line, err)
			}
		})
	}
}
