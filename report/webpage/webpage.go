// Package webpage makes one HTML file of pages of Markdown, to be opened from a disk or sent to somebody: pictures are inside, nothing is
// fetched, and its policy forbids the browser to. The Markdown is the only source of words. What others wrote is escaped there
// (internal/plain), and once more here: raw HTML is shown as text.
//
//	Markdown + SVG -> goldmark -> html/template
package webpage

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"

	"github.com/pushbench/pushbench/results/words"
)

//go:embed page.html.tmpl
var shell string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Page is what becomes one file.
type Page struct {
	Title    string
	Parts    []Part             // at least one, in the order of reading
	Pictures map[string]Picture // by the file a part shows: charts/cpu.svg
	Figures  map[Cell]string    // what a cell of a table is in full
}

// Part is a page of Markdown. Parts may link to each other by name.
type Part struct {
	Name string // of its file: report.md
	Text []byte
}

// Picture is an SVG, and what it shows in words, for who cannot see it.
type Picture struct {
	Light, Dark []byte // Dark empty: the light one stands on white
	Words       string
}

// Cell is a place in a table of lanes and metrics, whichever of the two the rows are.
type Cell struct{ Lane, Metric string }

// content is what the template sees.
type content struct {
	Title, Policy, Units string

	Style    template.CSS
	Script   template.JS
	Contents []entry
	Body     template.HTML
}

// entry is a line of the table of contents.
type entry struct{ ID, Title string }

// Write writes the page.
func Write(w io.Writer, p Page) error {
	t, err := template.New("page").Parse(shell)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	d := newDocument(p)
	var body bytes.Buffer
	if err := d.render(&body); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	units, err := json.Marshal(words.Factors())
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	err = t.Execute(w, content{
		Title: p.Title, Policy: policy(), Units: string(units), Contents: d.contents,
		Style: template.CSS(style), Script: template.JS(script), Body: template.HTML(body.String()), // ours, and what goldmark has escaped
	})
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// policy lets the page run its own script and fetch nothing. Pictures state colours in attributes, which counts as inline style.
func policy() string {
	sum := sha256.Sum256([]byte(script))
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
