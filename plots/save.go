package plots

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Dark is the folder within Dir that has every file once more, for dark pages.
const Dark = "dark"

// HalfPage is what the names of pictures for half a page end in.
const HalfPage = "-half"

// formats are the ways to write a picture, by the ends of the files' names.
func formats() map[string]func(figure, func(vg.Canvas) vg.Canvas) ([]byte, error) {
	return map[string]func(figure, func(vg.Canvas) vg.Canvas) ([]byte, error){".svg": figure.svg, ".png": figure.png}
}

// pages are the folders of the pictures, and the canvas for the pages they are for.
func pages() map[string]func(vg.Canvas) vg.Canvas {
	return map[string]func(vg.Canvas) vg.Canvas{
		"":   onPaper,
		Dark: func(c vg.Canvas) vg.Canvas { return night{c} },
	}
}

func onPaper(c vg.Canvas) vg.Canvas { return c }

// save writes the figure in every format for every page; dir/NAME.svg is one.
func (f figure) save(dir, name string) error {
	for folder, page := range pages() {
		for extension, encode := range formats() {
			b, err := encode(f, page)
			if err != nil {
				return fmt.Errorf("draw %s%s: %w", name, extension, err)
			}
			if err := os.WriteFile(filepath.Join(dir, folder, name+extension), b, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget removes the files an earlier rendering of the run left, lest a stale picture is taken for a new one.
func forget(dir, name string) error {
	for folder := range pages() {
		for extension := range formats() {
			if err := os.Remove(filepath.Join(dir, folder, name+extension)); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}

func (f figure) svg(page func(vg.Canvas) vg.Canvas) ([]byte, error) {
	var b bytes.Buffer
	c := vgsvg.New(f.wide, f.height)
	sized := &sizedText{Canvas: c}
	f.draw(page(sized))
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	// Arial has the same widths as Liberation, which few machines have.
	return bytes.ReplaceAll(sized.apply(b.Bytes()), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;")), nil
}

func (f figure) png(page func(vg.Canvas) vg.Canvas) ([]byte, error) {
	var b bytes.Buffer
	c := vgimg.NewWith(vgimg.UseWH(f.wide, f.height), vgimg.UseDPI(pngDPI))
	f.draw(page(c))
	quick := png.Encoder{CompressionLevel: png.BestSpeed} // half the time for 3% more bytes
	err := quick.Encode(&b, c.Image())
	return b.Bytes(), err
}

// sizedText is an SVG whose texts keep the widths they were laid out with, where a viewer has another font: they would overlap
// otherwise, and be cut at the edge.
type sizedText struct {
	vg.Canvas

	widths []vg.Length // of each text, in the order of the file
}

// FillString notes how wide the text is.
func (c *sizedText) FillString(f font.Face, at vg.Point, text string) {
	c.widths = append(c.widths, f.Width(text))
	c.Canvas.FillString(f, at, text)
}

// apply writes the widths into the file.
func (c *sizedText) apply(svg []byte) []byte {
	parts := bytes.Split(svg, []byte("<text "))
	if len(parts) != len(c.widths)+1 {
		return svg // of a text that is not drawn
	}
	var b bytes.Buffer
	b.Write(parts[0])
	for i, part := range parts[1:] {
		fmt.Fprintf(&b, `<text textLength="%.5g" lengthAdjust="spacingAndGlyphs" %s`, c.widths[i].Points(), part)
	}
	return b.Bytes()
}
