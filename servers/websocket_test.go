package servers

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
)

// everyWebSocket runs a test against a fresh server of every WebSocket lane.
func everyWebSocket(t *testing.T, c Config, test func(t *testing.T, p *process)) {
	for _, l := range Lanes() {
		if l.Transport == "websocket" {
			t.Run(l.Name, func(t *testing.T) {
				c.Lane = l.Name
				test(t, start(t, c))
			})
		}
	}
}

// dial subscribes with gorilla's client, which offers compression, and takes the greeting.
func (p *process) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{EnableCompression: true}
	conn, resp, err := dialer.DialContext(t.Context(), p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	resp.Body.Close()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatalf("no greeting: %v", err)
	}
	return conn
}

// closeCode reads until the connection ends, and returns with which code the server ended it.
func closeCode(t *testing.T, conn *websocket.Conn) int {
	t.Helper()
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			if !errors.As(err, &closed) {
				t.Fatalf("ended without a close frame: %v", err)
			}
			return closed.Code
		}
	}
}

func TestEveryWebSocketSaysWhyItEnds(t *testing.T) {
	everyWebSocket(t, Config{}, func(t *testing.T, p *process) {
		conn := p.dial(t)
		p.call(t, http.MethodPost, "/cut", p.Token, nil)
		if got := closeCode(t, conn); got != websocket.CloseServiceRestart {
			t.Errorf("cut: close code %d, want 1012", got)
		}
		conn = p.dial(t)
		p.cancel()
		if got := closeCode(t, conn); got != websocket.CloseGoingAway {
			t.Errorf("drain: close code %d, want 1001", got)
		}
		if err := <-p.ended; err != nil {
			t.Errorf("server: %v", err)
		}
	})
}

// A client that reads nothing until the history has overtaken it is told to come again. What it was sent is more than the
// kernel's buffers hold, so that its delivery was waiting in a write.
func TestEveryWebSocketEndsWhoLags(t *testing.T) {
	everyWebSocket(t, Config{Hub: hub.Config{History: 64}}, func(t *testing.T, p *process) {
		if l, _ := LaneByName(p.Lane); l.Stated.Compression != "off" {
			return // compressed, the messages fit into the buffers: whether the delivery lags is chance
		}
		conn := p.dial(t)
		if status, text := p.call(t, http.MethodPost, "/broadcast", p.Token, wire.Broadcast{Rate: 1e5, Count: 200, Size: 256 << 10}); status != http.StatusOK {
			t.Fatal(text)
		}
		if got := closeCode(t, conn); got != websocket.CloseTryAgainLater {
			t.Errorf("close code %d, want 1013", got)
		}
	})
}

func TestEveryWebSocketPingsAndAnswersPings(t *testing.T) {
	everyWebSocket(t, Config{Hub: hub.Config{Heartbeat: 20 * time.Millisecond}}, func(t *testing.T, p *process) {
		conn := p.dial(t)
		const pings = 5
		pinged, answered := 0, ""
		answer := conn.PingHandler()
		conn.SetPingHandler(func(data string) error {
			if pinged++; pinged == pings {
				p.call(t, http.MethodPost, "/broadcast", p.Token, wire.Broadcast{Rate: 1000, Count: 1, Size: 64})
			}
			return answer(data)
		})
		conn.SetPongHandler(func(data string) error { answered = data; return nil })
		const asked = "are you there?"
		if err := conn.WriteControl(websocket.PingMessage, []byte(asked), time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, payload, err := conn.ReadMessage(); err != nil || len(payload) != 64 {
			t.Fatalf("after %d pings: %v, %d bytes", pinged, err, len(payload))
		}
		if pinged < pings || answered != asked {
			t.Errorf("%d pings came, want %d; %q came back for %q", pinged, pings, answered, asked)
		}
	})
}

// Lanes whose row says so compress, and no other.
func TestCompressionIsWhatTheRowSays(t *testing.T) {
	for _, l := range Lanes() {
		if l.Transport != "websocket" {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			p := start(t, Config{Lane: l.Name})
			var head bytes.Buffer
			dialer := websocket.Dialer{EnableCompression: true}
			conn, resp, err := dialer.DialContext(t.Context(), p.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			resp.Body.Close()
			_ = resp.Header.Write(&head)
			if got, want := strings.Contains(head.String(), "permessage-deflate"), l.Stated.Compression != "off"; got != want {
				t.Errorf("the row says %q, and the server answered\n%s", l.Stated.Compression, head.String())
			}
		})
	}
}

// Text goes in frames of type text, and what is none in frames of type binary.
func TestEveryWebSocketSaysWhatIsBinary(t *testing.T) {
	everyWebSocket(t, Config{}, func(t *testing.T, p *process) {
		conn := p.dial(t)
		for payload, want := range map[string]int{wire.PayloadJSON: websocket.TextMessage, wire.PayloadBinary: websocket.BinaryMessage} {
			b := wire.Broadcast{Rate: 1000, Count: 1, Size: 5000, Payload: payload}
			p.call(t, http.MethodPost, "/broadcast", p.Token, b)
			kind, got, err := conn.ReadMessage()
			if err != nil || kind != want {
				t.Fatalf("%s came in a frame of type %d, want %d (%v)", payload, kind, want, err)
			}
			stamp, _ := wire.ParseStamp(got)
			if !bytes.Equal(got, b.Content().Message(stamp)) {
				t.Errorf("%s arrived changed", payload)
			}
		}
	})
}
