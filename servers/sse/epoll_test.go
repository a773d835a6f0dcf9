package sse

import (
	"bytes"
	"testing"

	"github.com/pushbench/pushbench/servers/hub"
)

// Whatever comes on a connection, no more of it is used than there is, a message is taken once it is there and not before,
// and no answer is empty.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("GET /events HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloPOST"))
	f.Add([]byte("POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell"))
	f.Add([]byte("POST /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
	f.Add([]byte("POST /events HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"))
	f.Add([]byte("POST /events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
	var taken []byte
	h := hub.New(hub.Config{History: 1, Receive: func(message []byte) []byte { taken = message; return message[:1] }})
	f.Cleanup(h.Close)
	f.Fuzz(func(t *testing.T, in []byte) {
		taken = nil
		a := Epoll{Path: "/events", Hub: h}.Open(in)
		switch {
		case a.Used < 0 || a.Used > len(in):
			t.Fatalf("%d of %d bytes used", a.Used, len(in))
		case a.Used == 0 && (taken != nil || a.Bytes != nil):
			t.Fatalf("answered %q before the end of the request", a.Bytes)
		case a.Used > 0 && len(a.Bytes) == 0:
			t.Fatal("a request without an answer")
		case taken != nil && !bytes.HasSuffix(in[:a.Used], taken):
			t.Fatalf("took %q, which does not end the request %q", taken, in[:a.Used])
		case a.Again && a.Dialect != nil:
			t.Fatal("a subscription that is none")
		}
	})
}
