package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing wrong in a file.
type Error struct {
	File    string
	Line    int // 1-based
	Column  int // 1-based
	Message string
}

// Error is one line: file:line:column: message.
func (m Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Message)
}

// Errors are all that is wrong in a file, in the order of their positions.
type Errors []Error

// Error is one line for each of them.
func (m Errors) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Err is all that was reported, in the order of the file; nil: nothing was.
func (r *Reader) Err() error {
	if len(r.Errors) == 0 {
		return nil
	}
	r.Errors.sort()
	return r.Errors
}

func (m Errors) sort() {
	slices.SortFunc(m, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
}
