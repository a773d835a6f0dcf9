package tree

import (
	"bytes"
	"io"
	"sync"
)

// lastLine passes on what a program writes, and keeps its last line: mostly why it ended.
type lastLine struct {
	to   io.Writer
	mu   sync.Mutex
	kept []byte
}

// mostKept bounds a line that never ends.
const mostKept = 1 << 10

func (l *lastLine) Write(b []byte) (int, error) {
	l.mu.Lock()
	l.kept = append(l.kept, b...)
	if at := bytes.LastIndexByte(bytes.TrimRight(l.kept, "\n"), '\n'); at >= 0 {
		l.kept = bytes.Clone(l.kept[at+1:])
	}
	if over := len(l.kept) - mostKept; over > 0 {
		l.kept = bytes.Clone(l.kept[over:])
	}
	l.mu.Unlock()
	return l.to.Write(b)
}

func (l *lastLine) line() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(bytes.TrimSpace(l.kept))
}
