package strict

import (
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Node is a value of the file that still knows where it stands.
type Node struct {
	Position
	Text   string  // of a scalar, as written
	Value  any     // as the schema sees it
	Fields []Field // of a mapping, in the file's order
	Items  []*Node // of a list
	Broken bool    // something wrong with it is reported: say no more
}

// Field is a key and its value.
type Field struct {
	At    Position
	Key   string
	Value *Node
}

// build turns the parser's tree into values that still know where they stand, without what a file has no use for.
func (r *Reader) build(n ast.Node, at Position) *Node {
	if p := startOf(n); p != (Position{}) {
		at = p
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return &Node{Position: at}
	case *ast.MappingNode:
		return r.mapping(n, at)
	case *ast.SequenceNode:
		out := &Node{Position: at}
		list := make([]any, 0, len(n.Values))
		for _, v := range n.Values {
			item := r.build(v, at)
			out.Items, list = append(out.Items, item), append(list, item.Value)
		}
		out.Value = list
		return out
	case *ast.AnchorNode:
		return r.refuse(r.build(n.Value, at), at, "anchors have no place in a "+r.Kind+": write the value where it is used")
	case *ast.AliasNode:
		return r.refuse(&Node{}, at, "aliases have no place in a "+r.Kind+": write the value here")
	case *ast.TagNode:
		return r.refuse(r.build(n.Value, at), at, "tags have no place in a "+r.Kind+": write the value alone")
	case *ast.NanNode, *ast.InfinityNode:
		return r.refuse(&Node{}, at, n.GetToken().Value+" is not a number a "+r.Kind+" can use")
	case *ast.LiteralNode:
		return &Node{Position: at, Text: n.Value.Value, Value: n.Value.Value}
	case ast.ScalarNode:
		return &Node{Position: at, Text: n.GetToken().Value, Value: scalar(n)}
	default:
		return r.refuse(&Node{}, at, "a "+strings.ToLower(n.Type().String())+" has no place in a "+r.Kind)
	}
}

func (r *Reader) refuse(n *Node, at Position, why string) *Node {
	r.Report(at, "%s", why)
	n.Position, n.Broken = at, true
	return n
}

func (r *Reader) mapping(n *ast.MappingNode, at Position) *Node {
	out := &Node{Position: at}
	values := map[string]any{}
	for _, pair := range n.Values {
		f := Field{At: startOf(pair.Key), Key: pair.Key.GetToken().Value}
		f.Value = r.build(pair.Value, f.At)
		switch pair.Key.(type) {
		case *ast.MergeKeyNode, *ast.AnchorNode, *ast.TagNode, *ast.AliasNode, *ast.MappingKeyNode:
			r.Report(f.At, "a key is one word and a colon, not %q", Brief(f.Key))
			continue
		}
		if first := out.Field(f.Key); first != nil {
			r.Report(f.At, "duplicate key %q: it stands in line %d already", Brief(f.Key), first.At.Line)
			continue
		}
		out.Fields = append(out.Fields, f)
		values[f.Key] = f.Value.Value
	}
	if len(out.Fields) > 0 && !n.IsFlowStyle {
		out.Position = out.Fields[0].At // the parser's own is that of the first colon
	}
	out.Value = values
	return out
}

// scalar is the value of a single word, number or text. All numbers are float64, as in JSON: those a file can use are
// exact.
func scalar(n ast.ScalarNode) any {
	switch v := n.GetValue().(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case string:
		// The parser takes 1e3, and numbers beyond 64 bits, for text.
		plain := n.GetToken().Type == token.StringType && strings.Trim(v, "0123456789+-.eE") == ""
		if f, err := strconv.ParseFloat(v, 64); plain && err == nil && !math.IsInf(f, 0) {
			return f
		}
		return v
	default:
		return v
	}
}

// List is a list of words that stand at one place.
func List(words []string, at Position) *Node {
	list, values := &Node{Position: at}, make([]any, len(words))
	for i, word := range words {
		list.Items, values[i] = append(list.Items, &Node{Position: at, Text: word, Value: word}), word
	}
	list.Value = values
	return list
}

// Field finds a key of a mapping; nil if it is not there.
func (n *Node) Field(key string) *Field {
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			return &n.Fields[i]
		}
	}
	return nil
}

// Child is the value under a key; a node of nothing if it is not there.
func (n *Node) Child(key string) *Node {
	if f := n.Field(key); f != nil {
		return f.Value
	}
	return &Node{Broken: true}
}

// At follows keys and indices.
func (n *Node) At(path []string) *Node {
	for _, step := range path {
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Items) {
			n = n.Items[i]
		} else {
			n = n.Child(step)
		}
	}
	return n
}

// Into is the value under a key or an index; a new mapping, where a mapping lacks the key.
func (n *Node) Into(step string, at Position) *Node {
	if _, mapping := n.Value.(map[string]any); mapping && n.Field(step) == nil {
		n.Put(step, &Node{Position: at, Value: map[string]any{}})
	}
	return n.At([]string{step})
}

// Put sets the value under a key of a mapping; what is none stays what it is.
func (n *Node) Put(key string, value *Node) {
	values, mapping := n.Value.(map[string]any)
	if !mapping {
		return
	}
	values[key] = value.Value
	if f := n.Field(key); f != nil {
		f.Value = value
		return
	}
	n.Fields = append(n.Fields, Field{At: value.Position, Key: key, Value: value})
}

// Intact tells whether nothing in a node is reported to be wrong.
func (n *Node) Intact() bool {
	if n.Broken {
		return false
	}
	for _, f := range n.Fields {
		if !f.Value.Intact() {
			return false
		}
	}
	for _, i := range n.Items {
		if !i.Intact() {
			return false
		}
	}
	return true
}

// startOf is where a node of the parser begins; the zero position if it does not know.
func startOf(n ast.Node) Position {
	if n == nil {
		return Position{}
	}
	return place(n.GetToken())
}

func place(t *token.Token) Position {
	if t == nil || t.Position == nil {
		return Position{}
	}
	return Position{t.Position.Line, t.Position.Column}
}
