package epoll

// Reader takes what the watcher reads from one connection. Its methods must not block: one goroutine may read for all
// connections.
type Reader interface {
	Received(b []byte) // not to be kept
	Left()             // once: the peer has closed its side, or the connection broke
}
