package process

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
)

// Tail keeps what explains the end of a program that writes to it: its first lines, where a program prints what it is about to
// do; the first that names a crash, as Go writes it before pages of stacks; and its last.
type Tail struct {
	To io.Writer // gets everything; nil: none

	mu     sync.Mutex
	line   []byte // that has no end yet
	first  []string
	crash  string
	last   []string
	behind int // lines that were dropped between first and last
}

// How much is kept: lines, and bytes of each.
const (
	firstLines = 5
	lastLines  = 10
	lineBytes  = 1 << 10
)

func (t *Tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	for rest := b; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		rest = after
		if room := lineBytes - len(t.line); len(line) > room {
			line = line[:room]
		}
		t.line = append(t.line, line...)
		if ended {
			t.keep(string(t.line))
			t.line = t.line[:0]
		}
	}
	t.mu.Unlock()
	if t.To == nil {
		return len(b), nil
	}
	return t.To.Write(b)
}

// keep takes one whole line.
func (t *Tail) keep(line string) {
	line = strings.TrimRight(line, " \t\r")
	if line == "" {
		return
	}
	if t.crash == "" && (strings.Contains(line, "panic:") || strings.Contains(line, "fatal error:")) {
		t.crash = line
	}
	if len(t.first) < firstLines {
		t.first = append(t.first, line)
		return
	}
	if len(t.last) == lastLines {
		t.behind++
		t.last = t.last[1:]
	}
	t.last = append(t.last, line)
}

// Lines are those that were kept, in order; an ellipsis replaces dropped ones.
func (t *Tail) Lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := slices.Clone(t.first)
	if t.behind > 0 {
		lines = append(lines, "...")
		if t.crash != "" && !slices.Contains(t.first, t.crash) && !slices.Contains(t.last, t.crash) {
			lines = append(lines, t.crash, "...")
		}
	}
	lines = append(lines, t.last...)
	if rest := string(bytes.TrimSpace(t.line)); rest != "" {
		lines = append(lines, rest)
	}
	return lines
}

// Cause is the line that most likely has why the program ended: the crash's, or else the last one.
func (t *Tail) Cause() string {
	lines := t.Lines()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.crash != "":
		return t.crash
	case len(lines) > 0:
		return strings.TrimSpace(lines[len(lines)-1])
	default:
		return ""
	}
}
