package webpage

import (
	"cmp"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// document is the parts of a page as trees.
type document struct {
	page     Page
	markdown goldmark.Markdown
	parts    []part
	contents []entry
}

// part is one of them.
type part struct {
	Part

	tree ast.Node
	top  string            // id of its first heading
	ids  map[string]string // of its headings: as a link within the part calls them, and as they are
}

func newDocument(p Page) *document {
	d := &document{page: p}
	d.markdown = goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(inline{p.Pictures}, 1))),
	)
	taken := map[string]bool{"content": true, "tip": true}
	for i, one := range p.Parts {
		tree := d.markdown.Parser().Parse(text.NewReader(one.Text))
		d.parts = append(d.parts, part{Part: one, tree: tree, ids: map[string]string{}})
		d.headings(&d.parts[i], i, taken)
	}
	for i := range d.parts {
		d.edit(&d.parts[i])
	}
	return d
}

func (d *document) render(w io.Writer) error {
	for _, p := range d.parts {
		if err := d.markdown.Renderer().Render(w, p.Text, p.tree); err != nil {
			return err
		}
	}
	return nil
}

// headings gives each heading of a part an id that no other has, lists those for the table of contents, and puts a later part below the
// title of the first.
func (d *document) headings(p *part, place int, taken map[string]bool) {
	each(p.tree, func(h *ast.Heading) {
		value, _ := h.AttributeString("id")
		was, _ := value.([]byte)
		id := string(was)
		for n := 1; taken[id] || id == ""; n++ {
			id = stem(p.Name) + "-" + cmp.Or(string(was), strconv.Itoa(n))
			if n > 1 {
				id += "-" + strconv.Itoa(n)
			}
		}
		taken[id], p.ids[string(was)] = true, id
		h.SetAttributeString("id", []byte(id))
		p.top = cmp.Or(p.top, id)
		if place > 0 {
			h.Level = min(h.Level+1, 6)
		}
		if h.Level == 2 {
			d.contents = append(d.contents, entry{id, plainText(h, p.Text)})
		}
	})
}

// edit makes the links and tables of a part those of a page that stands alone.
func (d *document) edit(p *part) {
	each(p.tree, func(l *ast.Link) {
		if to, ok := d.target(p, string(l.Destination)); ok {
			l.Destination = []byte(to)
		} else {
			unlink(l, p.Text)
		}
	})
	tables(p.tree, p.Text, d.page.Figures)
}

// target is what a link leads to within the page; false: to nothing in it.
func (d *document) target(from *part, link string) (string, bool) {
	if strings.HasPrefix(link, "http://") || strings.HasPrefix(link, "https://") {
		return link, true // who follows it, does so
	}
	file, id, _ := strings.Cut(link, "#")
	for i := range d.parts {
		to := &d.parts[i]
		switch {
		case file != "" && file != to.Name, file == "" && to != from:
		case id == "":
			return "#" + to.top, to.top != ""
		default:
			return "#" + to.ids[id], to.ids[id] != ""
		}
	}
	return "", false
}

// stem is a file's name without its extension.
func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// each calls do for each node of a kind, which it may change or take out.
func each[N ast.Node](tree ast.Node, do func(N)) {
	var all []N
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it fails where this function does
		if one, ok := n.(N); ok && entering {
			all = append(all, one)
		}
		return ast.WalkContinue, nil
	})
	for _, one := range all {
		do(one)
	}
}

// unlink leaves the text of a link, and of one to another format of a picture, in parentheses behind it, nothing.
func unlink(l *ast.Link, source []byte) {
	before, _ := l.PreviousSibling().(*ast.Text)
	after, _ := l.NextSibling().(*ast.Text)
	parent := l.Parent()
	if path.Ext(string(l.Destination)) == ".png" && before != nil && after != nil &&
		strings.HasSuffix(string(before.Segment.Value(source)), " (") && strings.HasPrefix(string(after.Segment.Value(source)), ")") {
		before.Segment = before.Segment.WithStop(before.Segment.Stop - len(" ("))
		after.Segment = after.Segment.WithStart(after.Segment.Start + len(")"))
		parent.RemoveChild(parent, l)
		return
	}
	for c := l.FirstChild(); c != nil; c = l.FirstChild() {
		parent.InsertBefore(parent, l, c)
	}
	parent.RemoveChild(parent, l)
}

// plainText is what a node says, without markup.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		t, ok := n.(*ast.Text)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		words := t.Segment.Value(source)
		if _, code := n.Parent().(*ast.CodeSpan); !code {
			words = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(words)))
		}
		b.Write(words)
		return ast.WalkContinue, nil
	})
	return b.String()
}
