package webpage

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// inline renders what a page that stands alone shows differently: pictures are inside, nothing else is loaded, and raw HTML is text.
type inline struct{ pictures map[string]Picture }

// RegisterFuncs is what goldmark asks for.
func (r inline) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindHTMLBlock, htmlBlock)
	reg.Register(ast.KindRawHTML, rawHTML)
	reg.Register(ast.KindAutoLink, autoLink)
	reg.Register(extast.KindTable, table)
}

// image writes the SVG that the page has, and of another picture the words in its place.
func (r inline) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	name := string(n.(*ast.Image).Destination)
	p, ok := r.pictures[name]
	if !ok || !entering {
		return ast.WalkContinue, nil
	}
	class := "chart"
	if len(p.Dark) > 0 {
		class += " light"
		_, _ = w.WriteString(`<span class="chart dark">` + svg(name+".dark", p.Dark, p.Words) + "</span>")
	}
	_, _ = w.WriteString(`<span class="` + class + `">` + svg(name, p.Light, p.Words) + "</span>")
	return ast.WalkSkipChildren, nil
}

// perPoint is how large a point of a picture is at most: one for half a page is half as wide as others.
const perPoint = "0.113rem"

// svg is a file as an element of the page: as wide as there is room, with ids that no other picture has, and words.
func svg(name string, file []byte, words string) string {
	begin := bytes.Index(file, []byte("<svg"))
	if begin < 0 {
		return html.EscapeString(words)
	}
	head, rest, _ := strings.Cut(string(file[begin:]), ">")
	var box string
	if m := regexp.MustCompile(`viewBox="0 0 ([0-9.]+) [0-9.]+"`).FindStringSubmatch(head); m != nil {
		box = " " + m[0] + ` style="max-width: calc(` + m[1] + ` * ` + perPoint + `)"`
	}
	// Quotes within text are escaped, so that these are attributes.
	id := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-") + "-"
	rest = regexp.MustCompile(`( id="| (?:xlink:)?href="#|url\(#)`).ReplaceAllString(rest, "${1}"+id)
	return `<svg` + box + ` role="img" aria-label="` + html.EscapeString(words) + `">` + strings.TrimSpace(rest)
}

// folded is the raw HTML that our pages have: what is folded away until it is asked for.
const folded = `^<details><summary>([^<>&]*)</summary>$`

func htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.HTMLBlock)
	var raw bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		raw.Write(line.Value(source))
	}
	if n.HasClosure() {
		raw.Write(n.ClosureLine.Value(source))
	}
	text := strings.TrimSpace(raw.String())
	switch m := regexp.MustCompile(folded).FindStringSubmatch(text); {
	case m != nil, text == "</details>":
		_, _ = w.WriteString(text + "\n")
	default:
		_, _ = w.WriteString("<pre>" + html.EscapeString(text) + "</pre>\n")
	}
	return ast.WalkContinue, nil
}

func rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		segments := node.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			segment := segments.At(i)
			_, _ = w.WriteString(html.EscapeString(string(segment.Value(source))))
		}
	}
	return ast.WalkSkipChildren, nil
}

// autoLink is the text of an address in angle brackets, of whatever scheme: our pages have none.
func autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(html.EscapeString(string(node.(*ast.AutoLink).Label(source))))
	}
	return ast.WalkContinue, nil
}

// table may be wider than the page: it scrolls by itself, with the keyboard as well.
func table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	text := "</table></div>\n"
	if entering {
		text = `<div class="wide" tabindex="0"><table>` + "\n"
	}
	_, _ = w.WriteString(text)
	return ast.WalkContinue, nil
}
