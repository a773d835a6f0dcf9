package webpage

import (
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// tables says of each header what it is one of, and puts a figure in full where a table crosses lanes and metrics.
func tables(tree ast.Node, source []byte, figures map[Cell]string) {
	each(tree, func(t *extast.Table) {
		var heads []string
		for c := t.FirstChild().FirstChild(); c != nil; c = c.NextSibling() {
			c.SetAttributeString("scope", []byte("col"))
			heads = append(heads, plainText(c, source))
		}
		for row := t.FirstChild().NextSibling(); row != nil; row = row.NextSibling() {
			name, i := "", 0
			for c := row.FirstChild(); c != nil; c = c.NextSibling() {
				switch {
				case i == 0:
					name = plainText(c, source)
				case i < len(heads):
					if full, ok := across(figures, name, heads[i]); ok && c.FirstChild() != nil {
						c.SetAttributeString("data-full", []byte(full))
						c.SetAttributeString("tabindex", []byte("0"))
					}
				}
				i++
			}
		}
	})
}

// across finds the figure of a lane and a metric.
func across(figures map[Cell]string, row, head string) (full string, ok bool) {
	if full, ok = figures[Cell{Lane: row, Metric: head}]; !ok {
		full, ok = figures[Cell{Lane: head, Metric: row}]
	}
	return full, ok
}
