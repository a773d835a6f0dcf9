package scenario

import (
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// node is a value of the file that still knows where it stands.
type node struct {
	position
	text   string  // of a scalar, as written
	value  any     // as the schema sees it
	fields []field // of a mapping, in the file's order
	items  []*node // of a list
	broken bool    // something wrong with it is reported: say no more
}

// field is a key and its value.
type field struct {
	at    position
	key   string
	value *node
}

// build turns the parser's tree into values that still know where they stand, without what a file has no use for.
func (r *reader) build(n ast.Node, at position) *node {
	if p := startOf(n); p != (position{}) {
		at = p
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return &node{position: at}
	case *ast.MappingNode:
		return r.mapping(n, at)
	case *ast.SequenceNode:
		out := &node{position: at}
		list := make([]any, 0, len(n.Values))
		for _, v := range n.Values {
			item := r.build(v, at)
			out.items, list = append(out.items, item), append(list, item.value)
		}
		out.value = list
		return out
	case *ast.AnchorNode:
		return r.refuse(r.build(n.Value, at), at, "anchors have no place in a "+r.kind+": write the value where it is used")
	case *ast.AliasNode:
		return r.refuse(&node{}, at, "aliases have no place in a "+r.kind+": write the value here")
	case *ast.TagNode:
		return r.refuse(r.build(n.Value, at), at, "tags have no place in a "+r.kind+": write the value alone")
	case *ast.NanNode, *ast.InfinityNode:
		return r.refuse(&node{}, at, n.GetToken().Value+" is not a number a "+r.kind+" can use")
	case *ast.LiteralNode:
		return &node{position: at, text: n.Value.Value, value: n.Value.Value}
	case ast.ScalarNode:
		return &node{position: at, text: n.GetToken().Value, value: scalar(n)}
	default:
		return r.refuse(&node{}, at, "a "+strings.ToLower(n.Type().String())+" has no place in a "+r.kind)
	}
}

func (r *reader) refuse(n *node, at position, why string) *node {
	r.report(at, "%s", why)
	n.position, n.broken = at, true
	return n
}

func (r *reader) mapping(n *ast.MappingNode, at position) *node {
	out := &node{position: at}
	values := map[string]any{}
	for _, pair := range n.Values {
		f := field{at: startOf(pair.Key), key: pair.Key.GetToken().Value}
		f.value = r.build(pair.Value, f.at)
		switch pair.Key.(type) {
		case *ast.MergeKeyNode, *ast.AnchorNode, *ast.TagNode, *ast.AliasNode, *ast.MappingKeyNode:
			r.report(f.at, "a key is one word and a colon, not %q", brief(f.key))
			continue
		}
		if first := out.field(f.key); first != nil {
			r.report(f.at, "duplicate key %q: it stands in line %d already", brief(f.key), first.at.line)
			continue
		}
		out.fields = append(out.fields, f)
		values[f.key] = f.value.value
	}
	if len(out.fields) > 0 && !n.IsFlowStyle {
		out.position = out.fields[0].at // the parser's own is that of the first colon
	}
	out.value = values
	return out
}

// scalar is the value of a single word, number or text. All numbers are float64, as in JSON: those a scenario can use
// are exact.
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

// listOf is a list of words that stand at one place.
func listOf(words []string, at position) *node {
	list, values := &node{position: at}, make([]any, len(words))
	for i, word := range words {
		list.items, values[i] = append(list.items, &node{position: at, text: word, value: word}), word
	}
	list.value = values
	return list
}

// field finds a key of a mapping; nil if it is not there.
func (n *node) field(key string) *field {
	for i := range n.fields {
		if n.fields[i].key == key {
			return &n.fields[i]
		}
	}
	return nil
}

// child is the value under a key; a node of nothing if it is not there.
func (n *node) child(key string) *node {
	if f := n.field(key); f != nil {
		return f.value
	}
	return &node{broken: true}
}

// at follows keys and indices.
func (n *node) at(path []string) *node {
	for _, step := range path {
		if i, err := strconv.Atoi(step); err == nil && i < len(n.items) {
			n = n.items[i]
		} else {
			n = n.child(step)
		}
	}
	return n
}

// into is the value under a key or an index; a new mapping, where a mapping lacks the key.
func (n *node) into(step string, at position) *node {
	if _, mapping := n.value.(map[string]any); mapping && n.field(step) == nil {
		n.put(step, &node{position: at, value: map[string]any{}})
	}
	return n.at([]string{step})
}

// put sets the value under a key of a mapping; what is none stays what it is.
func (n *node) put(key string, value *node) {
	values, mapping := n.value.(map[string]any)
	if !mapping {
		return
	}
	values[key] = value.value
	if f := n.field(key); f != nil {
		f.value = value
		return
	}
	n.fields = append(n.fields, field{at: value.position, key: key, value: value})
}

// startOf is where a node of the parser begins; the zero position if it does not know.
func startOf(n ast.Node) position {
	if n == nil {
		return position{}
	}
	return place(n.GetToken())
}

func place(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{t.Position.Line, t.Position.Column}
}
