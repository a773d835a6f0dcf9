package sse

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
)

// What net/http reads of a request, the event loop reads as well; what it refuses, the loop refuses.
func TestRequestsAreReadAsNetHTTPReadsThem(t *testing.T) {
	for _, head := range []string{
		"GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7\r\n\r\n",
		"GET /events?x=1 HTTP/1.1\r\nhost:a\r\nlast-event-id:\t7 \r\nCONNECTION: keep-alive, Close\r\n\r\n",
		"GET http://a/events?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /events HTTP/1.0\n\n",
		"GET /events HTTP/1.1\r\n\r\n",
		"POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
		"POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
		"POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
		"POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
		"POST /events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST /events HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /events HTTP/1.1\r\nHost\r\n\r\n",
		"GET /events HTTP/1.1\r\n: a\r\n\r\n",
		"GET /events\r\n\r\n",
		"GET  HTTP/1.1\r\n\r\n",
		"\r\n\r\n",
	} {
		got, err := readRequest([]byte(head))
		want, refused := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
		if refused != nil || err != nil {
			if (err == nil) != (refused == nil) {
				t.Errorf("%q: %v, net/http says %v", head, err, refused)
			}
			continue
		}
		if string(got.method) != want.Method || string(got.path) != want.URL.Path || got.minor != want.ProtoMinor ||
			got.host != (want.Host != "") || got.close != want.Close || got.length != want.ContentLength ||
			string(got.lastID) != want.Header.Get("Last-Event-ID") {
			t.Errorf("%q is %+v, net/http reads %+v", head, got, want)
		}
	}
}

// The field's name ends at its colon: with a space before it some proxies see a field and others see none. net/http refuses it
// where it serves, not where it reads.
func TestNoSpaceBeforeTheColon(t *testing.T) {
	if _, err := readRequest([]byte("GET /events HTTP/1.1\r\nHost : a\r\n\r\n")); err == nil {
		t.Error("taken")
	}
}

func BenchmarkOpen(b *testing.B) {
	in := []byte("GET /events HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n\r\n")
	e := Epoll{Path: "/events"}
	b.ReportAllocs()
	for b.Loop() {
		if a := e.Open(in); a.Dialect == nil {
			b.Fatal(string(a.Bytes))
		}
	}
}
