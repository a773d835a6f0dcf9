package scenario

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

// maxSource bounds a file in bytes: the YAML parser takes quadratic time over nested brackets, and seconds above this.
const maxSource = 16 << 10

// byteOrderMark is what some editors begin a file of UTF-8 with.
const byteOrderMark = "\ufeff"

// reader reads one file and collects what is wrong with it.
type reader struct {
	file   string
	kind   string // what it holds: a scenario or a lane
	keys   string // that it has at least
	errors Errors
}

// position is where something stands in the file, 1-based.
type position struct{ line, column int }

func (r *reader) report(p position, format string, args ...any) {
	r.errors = append(r.errors, Error{
		File: r.file, Line: max(p.line, 1), Column: max(p.column, 1), Message: fmt.Sprintf(format, args...),
	})
}

// document returns the file's one document, or nil after reporting why there is none.
func (r *reader) document(source []byte) *node {
	source = bytes.TrimPrefix(source, []byte(byteOrderMark))
	if len(source) > maxSource {
		r.report(position{}, "the file is larger than %d KiB: a %s is a page of text", maxSource>>10, r.kind)
		return nil
	}
	if p, ok := notUTF8(source); ok {
		r.report(p, "not UTF-8: save the file as UTF-8 text")
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
			r.report(startOf(d.Body), "a %s has no YAML directives: remove the line", r.kind)
			return nil
		}
		if i > 0 {
			r.report(place(d.Start), "a second document begins here: one file holds one %s", r.kind)
		}
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		r.report(position{}, "no %s here: a file has at least the keys %s", r.kind, r.keys)
		return nil
	}
	return r.build(file.Docs[0].Body, position{1, 1})
}

// syntax reports what the parser said as one line.
func (r *reader) syntax(err error) {
	p, message := position{}, err.Error()
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
	r.report(p, "not YAML: %s%s", printable(message), hint)
}

// printable is a text that may quote the file, on one line and harmless to a terminal.
func printable(s string) string {
	return strings.Join(strings.Fields(plain.Line(strings.ReplaceAll(s, "\t", `\t`))), " ")
}

// notUTF8 finds the first byte that is not text.
func notUTF8(source []byte) (p position, found bool) {
	p = position{1, 1}
	for len(source) > 0 {
		c, size := utf8.DecodeRune(source)
		switch {
		case c == utf8.RuneError && size == 1:
			return p, true
		case c == '\n':
			p = position{p.line + 1, 1}
		default:
			p.column++
		}
		source = source[size:]
	}
	return p, false
}
