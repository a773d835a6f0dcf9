package strict

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/pushbench/pushbench/internal/plain"
)

// MaxSource bounds a file in bytes: the YAML parser takes quadratic time over nested brackets, and seconds above this.
const MaxSource = 16 << 10

// byteOrderMark is what some editors begin a file of UTF-8 with.
const byteOrderMark = "\ufeff"

// Reader reads one file and collects what is wrong with it.
type Reader struct {
	File   string
	Kind   string // what it holds, such as a scenario
	Keys   string // that it has at least
	Errors Errors
}

// Position is where something stands in the file, 1-based. The zero position is its beginning.
type Position struct{ Line, Column int }

// Report notes what is wrong at a position.
func (r *Reader) Report(p Position, format string, args ...any) {
	r.Errors = append(r.Errors, Error{
		File: r.File, Line: max(p.Line, 1), Column: max(p.Column, 1), Message: fmt.Sprintf(format, args...),
	})
}

// Document returns the file's one document, or nil after reporting why there is none.
func (r *Reader) Document(source []byte) *Node {
	source = bytes.TrimPrefix(source, []byte(byteOrderMark))
	if len(source) > MaxSource {
		r.Report(Position{}, "the file is larger than %d KiB: a %s is a page of text", MaxSource>>10, r.Kind)
		return nil
	}
	if p, ok := notUTF8(source); ok {
		r.Report(p, "not UTF-8: save the file as UTF-8 text")
		return nil
	}
	// Duplicates are left to build, which reports all of them and not just one.
	file, err := parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	for i, d := range file.Docs {
		if _, directive := d.Body.(*ast.DirectiveNode); directive {
			r.Report(startOf(d.Body), "a %s has no YAML directives: remove the line", r.Kind)
			return nil
		}
		if i > 0 {
			r.Report(place(d.Start), "a second document begins here: one file holds one %s", r.Kind)
		}
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		r.Report(Position{}, "no %s here: a file has at least the keys %s", r.Kind, r.Keys)
		return nil
	}
	return r.build(file.Docs[0].Body, Position{1, 1})
}

// syntax reports what the parser said as one line.
func (r *Reader) syntax(err error) {
	p, message := Position{}, err.Error()
	if e := yaml.Error(nil); errors.As(err, &e) {
		p, message = place(e.GetToken()), e.GetMessage()
	}
	hint := ""
	switch {
	case strings.Contains(message, "\t"), strings.Contains(message, "tab character"):
		hint = ": indent with spaces"
	case strings.Contains(message, "mapping value is not allowed"):
		hint = `: check the indentation, and quote text that holds ": "`
	}
	r.Report(p, "not YAML: %s%s", printable(message), hint)
}

// printable is a text that may quote the file, on one line and harmless to a terminal.
func printable(s string) string {
	return strings.Join(strings.Fields(plain.Line(strings.ReplaceAll(s, "\t", `\t`))), " ")
}

// notUTF8 finds the first byte that is not text.
func notUTF8(source []byte) (p Position, found bool) {
	p = Position{1, 1}
	for len(source) > 0 {
		c, size := utf8.DecodeRune(source)
		switch {
		case c == utf8.RuneError && size == 1:
			return p, true
		case c == '\n':
			p = Position{p.Line + 1, 1}
		default:
			p.Column++
		}
		source = source[size:]
	}
	return p, false
}
