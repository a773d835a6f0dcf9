package websocket_test

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

var handshakes = []struct {
	name, in string
	accepted bool
}{
	{"plain", head, true},
	{"frames in the same bytes", head + frame(text, "a") + closing(1000, ""), true},
	{"after interim responses", "HTTP/1.1 100 Continue\r\n\r\n" + head, true},
	{"any case, and lists", strings.NewReplacer("Upgrade: websocket", "upgrade: WebSocket", ": Upgrade", ": x, upgrade").Replace(head), true},
	{"200", strings.Replace(head, "101", "200", 1), false},
	{"302", strings.Replace(head, "101", "302", 1), false},
	{"HTTP/1.2", strings.Replace(head, "1.1", "1.2", 1), true},
	{"folded", strings.Replace(head, "Connection: ", "Connection: x,\r\n ", 1), true},
	{"no upgrade", strings.Replace(head, "Upgrade: websocket\r\n", "", 1), false},
	{"another upgrade", strings.Replace(head, "websocket", "h2c", 1), false},
	{"no connection", strings.Replace(head, "Connection: Upgrade\r\n", "", 1), false},
	{"connection stays", strings.Replace(head, ": Upgrade", ": keep-alive", 1), false},
	{"no accept", strings.Replace(head, "Sec-WebSocket-Accept", "Accept", 1), false},
	{"accept of another key", strings.Replace(head, acceptHere, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 1), false},
	{"compression", extended(deflated), true},
	{"compression in one direction", extended("permessage-deflate ;server_no_context_takeover"), true},
	{"empty extensions", extended(""), true},
	{"compression with a window that lives on", extended("permessage-deflate"), true},
	{"the same, and ours does not", extended("permessage-deflate; client_no_context_takeover"), true},
	{"windows of the least size", extended(deflated + "; server_max_window_bits=8; client_max_window_bits=8"), true},
	{"windows of the most, unasked", extended(deflated + "; client_max_window_bits=15;server_max_window_bits=15"), true},
	{"a window alone", extended("permessage-deflate; server_max_window_bits=10"), true},
	{"quoted", extended(deflated + `; server_max_window_bits="10" ; client_max_window_bits = "1\2"`), true},
	{"parameter twice", extended(deflated + "; server_no_context_takeover"), false},
	{"window twice", extended(deflated + "; server_max_window_bits=10; server_max_window_bits=10"), false},
	{"window too small", extended(deflated + "; server_max_window_bits=7"), false},
	{"window too large", extended(deflated + "; client_max_window_bits=16"), false},
	{"window with a leading zero", extended(deflated + "; server_max_window_bits=08"), false},
	{"window with a sign", extended(deflated + "; server_max_window_bits=+9"), false},
	{"window that is no number", extended(deflated + "; server_max_window_bits=ten"), false},
	{"window without a value", extended(deflated + "; client_max_window_bits"), false},
	{"window with an empty value", extended(deflated + `; server_max_window_bits=""`), false},
	{"half a quote", extended(deflated + `; server_max_window_bits="10`), false},
	{"unknown parameter", extended(deflated + "; x=1"), false},
	{"no parameter", extended(deflated + ";"), false},
	{"parameter with a value", extended(deflated + "=1"), false},
	{"extensions", extended(deflated + ", permessage-deflate"), false},
	{"extensions in two lines", strings.Replace(extended(deflated), "\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n", 1), false},
	{"another extension", extended("x-webkit-deflate-frame"), false},
	{"subprotocol", strings.Replace(head, "\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n", 1), false},
	{"malformed", "HTTP/1.1 101\r\n x\r\n\r\n", false},
	{"cut", head[:60], false},
}

func TestHandshake(t *testing.T) {
	for _, c := range handshakes {
		t.Run(c.name, func(t *testing.T) {
			got := playEverySplit(t, 0, c.in)
			if got.Head != c.accepted {
				t.Errorf("head %v, end %q", got.Head, got.End)
			}
			if !c.accepted && got.Replies != nil {
				t.Errorf("frames %q were sent before the handshake", got.Replies)
			}
		})
	}
}

// A WebSocket follows no redirect (RFC 6455 section 4.1): whoever reads the error learns where the server wants it.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []string{"301", "302", "303", "307", "308"} {
		_, err := websocket.New().Feed([]byte("HTTP/1.1 "+status+" Elsewhere\r\nLocation: /ws/\r\n\r\n"), nil)
		want := "websocket: status " + status + ` redirects to "/ws/", and a WebSocket does not follow: write that into the lane file`
		if err == nil || err.Error() != want || errors.As(err, new(*http1.RedirectError)) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		path  string
		after uint64
		want  string
	}{
		{"/ws", wire.Live, "/ws"},
		{"/ws", 42, "/ws?after=42"},
		{"/ws?x=1", 0, "/ws?x=1&after=0"},
		{"", wire.Live, "/"},
	} {
		b := websocket.New().Open(wire.Target{Address: "localhost:80", Path: c.path}, c.after)
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			t.Fatal(err)
		}
		if r.RequestURI != c.want || r.Host != "localhost:80" || r.Method != "GET" {
			t.Errorf("%s %s to %s, want %s", r.Method, r.RequestURI, r.Host, c.want)
		}
		key := r.Header.Get("Sec-WebSocket-Key")
		r.Header.Del("Sec-WebSocket-Key")
		want := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Extensions": {offered}}
		if diff := cmp.Diff(want, r.Header); diff != "" || len(key) != 24 {
			t.Errorf("key %q, header (-want +got):\n%s", key, diff)
		}
	}
}
