package servers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
)

// What net/http does for the other lanes a lane on an event loop must do for itself.

func needEpoll(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("no epoll: the lanes on event loops need linux")
	}
}

// connect opens a bare connection to a lane.
func (p *process) connect(t *testing.T) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", p.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func send(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

func TestLoopsAnswerBadRequests(t *testing.T) {
	needEpoll(t)
	const host = "Host: a\r\n\r\n"
	for _, c := range []struct {
		name, request string // PATH is the lane's
		sse, ws       int    // status
	}{
		{"no request", "nonsense\r\n\r\n", 400, 400},
		{"no field", "GET PATH HTTP/1.1\r\nnonsense\r\n\r\n", 400, 400},
		{"no host", "GET PATH HTTP/1.1\r\n\r\n", 400, 400},
		{"elsewhere", "GET /elsewhere HTTP/1.1\r\n" + host, 404, 404},
		{"another method", "PUT PATH HTTP/1.1\r\n" + host, 405, 405},
		{"a message without a length", "POST PATH HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + host, 411, 405},
		{"a message too long", "POST PATH HTTP/1.1\r\nContent-Length: 4097\r\n" + host, 413, 405},
		{"a message of nobody's", "POST PATH HTTP/1.1\r\nContent-Length: 5\r\n" + host + "hello", 400, 405},
		{"another version", "GET PATH HTTP/2.0\r\n" + host, 505, 505},
		{"no upgrade", "GET PATH HTTP/1.1\r\n" + host, 200, 400},
		{"lone line feeds", "GET /elsewhere HTTP/1.1\nHost: a\n\n", 404, 404},
		{"without an end", "GET PATH HTTP/1.1\r\nCookie: " + strings.Repeat("x", 20_000), 431, 431},
	} {
		for lane, status := range map[string]int{"sse-epoll": c.sse, "ws-gobwas-epoll": c.ws} {
			t.Run(c.name+" to "+lane, func(t *testing.T) {
				p := start(t, Config{Lane: lane})
				conn := p.connect(t)
				send(t, conn, strings.Replace(c.request, "PATH", p.Path, 1))
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				defer conn.Close() // first: a body is closed at its end
				if resp.StatusCode != status {
					t.Errorf("%s, want %d", resp.Status, status)
				}
				if status == 405 && lane == "sse-epoll" && resp.Header.Get("Allow") != "GET, POST" {
					t.Errorf("Allow: %q, want GET, POST", resp.Header.Get("Allow"))
				}
				if status >= 400 {
					if text, err := io.ReadAll(resp.Body); err != nil || len(bytes.TrimSpace(text)) == 0 {
						t.Errorf("the body does not say why, or the connection does not end: %q, %v", text, err)
					}
				}
			})
		}
	}
}

// A request that comes byte by byte is one request.
func TestLoopsReadARequestInPieces(t *testing.T) {
	needEpoll(t)
	p := start(t, Config{Lane: "sse-epoll"})
	conn := p.connect(t)
	for _, b := range "GET /events HTTP/1.1\r\nHost: a\r\n\r\n" {
		send(t, conn, string(b))
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer conn.Close() // first: a body is closed at its end
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s, want 200", resp.Status)
	}
}

// HTTP/1.0 has no chunks: some proxies speak it to the server behind them.
func TestAStreamOnHTTP10IsNotChunked(t *testing.T) {
	needEpoll(t)
	p := start(t, Config{Lane: "sse-epoll", Hub: hub.Config{Heartbeat: 20 * time.Millisecond}})
	conn := p.connect(t)
	send(t, conn, "GET /events HTTP/1.0\r\n\r\n")
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Proto != "HTTP/1.0" || len(resp.TransferEncoding) > 0 {
		t.Errorf("%s with transfer encoding %q", resp.Proto, resp.TransferEncoding)
	}
	p.call(t, "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1000, Count: 2, Size: 64})
	p.until(t, "hub/delivered", 2) // what has not been delivered when the server ends is not
	p.cancel()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(string(text)) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, "id: "):
			ids = append(ids, line)
		case line == "" || line == ":" || strings.HasPrefix(line, "data: "):
		default:
			t.Errorf("%q is no line of an event stream", line)
		}
	}
	if got := fmt.Sprint(ids); got != "[id: 0 id: 1 id: 2]" {
		t.Errorf("events %s, want the greeting and two", got)
	}
}

// The client's side of RFC 6455, where it does what it must not or seldom does.
func TestLoopsReadWhatAWebSocketClientSends(t *testing.T) {
	needEpoll(t)
	p := start(t, Config{Lane: "ws-gobwas-epoll"})
	masked := func(head byte, payload string) string {
		if len(payload) < 126 {
			return string([]byte{head, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
		}
		return string([]byte{head, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload)), 0, 0, 0, 0}) + payload
	}
	long := strings.Repeat("x", 4096)
	for _, c := range []struct {
		name, send string
		code       int // of the close frame that comes back
	}{
		{"a close without a code", masked(0x88, ""), websocket.CloseNoStatusReceived},
		{"a close with a code", masked(0x88, "\x0f\xa0"), 4000},
		{"a close with half a code", masked(0x88, "\x03"), websocket.CloseProtocolError},
		{"a message and a close", masked(0x81, long) + masked(0x88, "\x03\xe8"), websocket.CloseNormalClosure},
		{"a message in parts", masked(0x01, "a") + masked(0x89, "") + masked(0x80, "b") + masked(0x88, "\x03\xe8"), websocket.CloseNormalClosure},
		{"too long a message", masked(0x81, long+"x"), websocket.CloseMessageTooBig},
		{"too long a message in parts", masked(0x01, long) + masked(0x80, "x"), websocket.CloseMessageTooBig},
		{"a part of nothing", masked(0x80, "a"), websocket.CloseProtocolError},
		{"an unmasked frame", "\x81\x01a", websocket.CloseProtocolError},
		{"an opcode nobody knows", masked(0x83, ""), websocket.CloseProtocolError},
		{"too long a ping", masked(0x89, strings.Repeat("x", 126)), websocket.CloseProtocolError},
	} {
		for _, step := range []int{1, len(c.send)} {
			t.Run(fmt.Sprintf("%s, %d bytes at a time", c.name, step), func(t *testing.T) {
				conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), p.URL, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				defer conn.Close()
				conn.SetCloseHandler(func(int, string) error { return nil })
				conn.SetReadDeadline(time.Now().Add(patience))
				for rest := c.send; len(rest) > 0; rest = rest[min(step, len(rest)):] {
					if _, err := io.WriteString(conn.NetConn(), rest[:min(step, len(rest))]); err != nil {
						break // refused before its end
					}
				}
				for err == nil {
					_, _, err = conn.ReadMessage()
				}
				if !websocket.IsCloseError(err, c.code) {
					t.Errorf("got %v, want close %d", err, c.code)
				}
				if n, err := conn.NetConn().Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("after the close frame: %d bytes, %v, want the end", n, err)
				}
			})
		}
	}
}

// A subscriber that stops reading is told why it is ended, once it reads again, and everybody else got everything: no more is
// published than the history keeps before the others have it, as they may be slow, too.
func TestLoopsEndASubscriberThatIsOvertaken(t *testing.T) {
	needEpoll(t)
	const history, messages, size = 64, 1024, 64 << 10 // more than both sockets hold
	p := start(t, Config{Lane: "ws-gobwas-epoll", Hub: hub.Config{History: history}})
	slow, fast := p.dial(t), p.dial(t)
	for want := uint64(1); want <= messages; want++ {
		if want%(history/2) == 1 {
			fast.SetReadDeadline(time.Now().Add(patience))
			p.call(t, "POST", "/broadcast", p.Token, wire.Broadcast{Rate: 1e4, Count: history / 2, Size: size})
		}
		_, payload, err := fast.ReadMessage()
		if stamp, ok := wire.ParseStamp(payload); err != nil || !ok || stamp.Seq != want {
			t.Fatalf("message %d is %d: %v", want, stamp.Seq, err)
		}
	}
	slow.SetReadDeadline(time.Now().Add(patience))
	var err error
	seen := uint64(0)
	for err == nil {
		var payload []byte
		if _, payload, err = slow.ReadMessage(); err == nil {
			if stamp, ok := wire.ParseStamp(payload); !ok || stamp.Seq != seen+1 || len(payload) != size {
				t.Fatalf("message %d is %d with %d bytes", seen+1, stamp.Seq, len(payload))
			}
			seen++
		}
	}
	if !websocket.IsCloseError(err, websocket.CloseTryAgainLater) {
		t.Errorf("after %d messages: %v, want close 1013", seen, err)
	}
}

func TestLoopsSayWhenTheyAreCut(t *testing.T) {
	needEpoll(t)
	p := start(t, Config{Lane: "ws-gobwas-epoll"})
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	resp.Body.Close()
	if _, _, err = conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	p.call(t, "POST", "/cut", p.Token, nil)
	if _, _, err = conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseServiceRestart) {
		t.Errorf("got %v, want close 1012", err)
	}
}

func TestLoopsRefuseATimerForEach(t *testing.T) {
	needEpoll(t)
	err := Serve(t.Context(), Config{Lane: "tcp-epoll", Address: "127.0.0.1:0", Hub: hub.Config{History: 1}, Policy: hub.Policy{OwnTimer: true}}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "--heartbeat-timer-each") {
		t.Errorf("got %v, want what to leave out", err)
	}
}
