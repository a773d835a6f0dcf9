package websocket

import "testing"

func BenchmarkOpen(b *testing.B) {
	in := []byte("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
	e := Gobwas{Path: "/ws"}
	b.ReportAllocs()
	for b.Loop() {
		if a := e.Open(in); a.Dialect == nil {
			b.Fatal(string(a.Bytes))
		}
	}
}
