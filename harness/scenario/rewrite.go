package scenario

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// rewriteLanes puts other lanes into the source of a scenario that can be parsed. All else stays as it is, but for remarks
// among the lanes that go.
func rewriteLanes(source []byte, lanes []string) ([]byte, error) {
	pair, err := pairOfLanes(source)
	if err != nil {
		return nil, err
	}
	list, ok := pair.Value.(*ast.SequenceNode)
	if !ok {
		return nil, errors.New("its lanes are no list")
	}
	indent := place(pair.Key.GetToken()).column - 1
	text := []byte(flow(lanes, indent))
	if list.IsFlowStyle {
		from, through := offset(source, place(list.Start)), offset(source, place(list.End))+len("]")
		return slices.Concat(source[:from], text, source[through:]), nil
	}
	colon := offset(source, place(pair.Start)) + len(":")
	remark, below, _ := bytes.Cut(source[colon:], []byte("\n"))
	return slices.Concat(source[:colon], []byte(" "), text, remark, []byte("\n"), behindItems(below, indent)), nil
}

// pairOfLanes finds the key lanes and its value.
func pairOfLanes(source []byte) (*ast.MappingValueNode, error) {
	file, err := parser.ParseBytes(bytes.TrimPrefix(source, []byte(byteOrderMark)), 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Docs {
		if m, ok := d.Body.(*ast.MappingNode); ok {
			for _, pair := range m.Values {
				if pair.Key.GetToken().Value == "lanes" {
					return pair, nil
				}
			}
		}
	}
	return nil, errors.New("it has no key lanes")
}

// behindItems is what follows the items of a block list that belongs to a key so far indented: the next key, or the remarks
// and empty lines before it.
func behindItems(lines []byte, indent int) []byte {
	end := 0 // of the last line of an item
	at := 0
	for line := range bytes.Lines(lines) {
		at += len(line)
		text := bytes.TrimLeft(line, " ")
		if len(bytes.TrimSpace(text)) == 0 || text[0] == '#' {
			continue // among the items, or behind them: the next line tells
		}
		if deep := len(line) - len(text); deep < indent || deep == indent && text[0] != '-' {
			break
		}
		end = at
	}
	return lines[end:]
}

// offset is the index of a position in the source.
func offset(source []byte, p position) int {
	at := 0
	if bytes.HasPrefix(source, []byte(byteOrderMark)) {
		at = len(byteOrderMark)
	}
	for range p.line - 1 {
		at += bytes.IndexByte(source[at:], '\n') + 1
	}
	for range p.column - 1 {
		_, size := utf8.DecodeRune(source[at:])
		at += size
	}
	return at
}

// lineWidth bounds the lines of a list in characters.
const lineWidth = 100

// flow writes a list of lanes in brackets, on more lines than one where it is long, the others indented below the first.
func flow(lanes []string, indent int) string {
	var b strings.Builder
	b.WriteString("[")
	width := indent + len("lanes: [")
	for i, l := range lanes {
		word := quoted(l)
		if i < len(lanes)-1 {
			word += ","
		}
		switch {
		case i == 0:
		case width+1+len(word) > lineWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent+2))
			width = indent + 2
		default:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	b.WriteString("]")
	return b.String()
}

// quoted writes a word so that YAML reads it as text.
func quoted(word string) string {
	if regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_./-]*(\+[a-zA-Z0-9_-]+)*$`).MatchString(word) {
		return word
	}
	return strconv.Quote(word)
}
