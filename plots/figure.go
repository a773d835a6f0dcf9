package plots

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// picture is what a chart draws: panels side by side, or multiples in a grid, and the words around them.
type picture struct {
	panels    []*plot.Plot
	multiples []multiple
	room      vg.Length // least height the panels need
	legend    []entry
	caption   string
	skipped   string // why there is nothing to draw
}

func skip(format string, args ...any) picture { return picture{skipped: fmt.Sprintf(format, args...)} }

// figure is a picture laid out: title, legend, panels, caption from top to bottom. It grows downwards where legend,
// caption or lanes need more than the usual height.
type figure struct {
	picture
	title  string
	rows   [][]entry
	lines  []string
	height vg.Length
}

const (
	panelRoom vg.Length = 170
	titleRoom vg.Length = 20
	gap       vg.Length = 7
)

func layOut(title string, p picture) figure {
	inside := width - 2*margin
	f := figure{picture: p, title: title, rows: legendRows(p.legend, inside)}
	f.lines = wrap(textStyle(textSize, quiet()), p.caption, inside)
	f.height = max(height, f.around()+max(p.room, panelRoom, multiplesRoom(p.multiples, inside)))
	return f
}

// around is the height of everything but the panels.
func (f figure) around() vg.Length {
	return 2*margin + titleRoom + vg.Length(len(f.rows)+len(f.lines))*lineStep + 2*gap
}

func (f figure) draw(to vg.Canvas) {
	c := draw.NewCanvas(to, width, f.height)
	fillBox(c, color.White, 0, width, 0, f.height)
	top := f.height - margin
	title := bold(textStyle(headSize, ink()))
	title.YAlign = text.YTop
	c.FillText(title, vg.Point{X: margin, Y: top}, f.title)
	top -= titleRoom
	drawLegend(c, f.rows, margin, top)
	top -= vg.Length(len(f.rows))*lineStep + gap

	bottom := margin + vg.Length(len(f.lines))*lineStep
	caption := textStyle(textSize, quiet())
	for i, line := range f.lines {
		c.FillText(caption, vg.Point{X: margin, Y: bottom - vg.Length(i+1)*lineStep + 2}, line)
	}
	f.drawPanels(draw.Crop(c, margin, -margin, bottom+gap, top-f.height))
}

// drawPanels lines up the frames of the panels, whatever their labels need.
func (f figure) drawPanels(c draw.Canvas) {
	if len(f.multiples) > 0 {
		drawMultiples(c, f.multiples)
		return
	}
	tiles := draw.Tiles{Rows: 1, Cols: len(f.panels), PadX: 14}
	for i, canvas := range plot.Align([][]*plot.Plot{f.panels}, tiles, c)[0] {
		f.panels[i].Draw(canvas)
	}
}

// save writes the figure as dir/name.svg and dir/name.png.
func (f figure) save(dir, name string) error {
	vector, err := f.svg()
	if err != nil {
		return fmt.Errorf("draw svg: %w", err)
	}
	raster, err := f.png()
	if err != nil {
		return fmt.Errorf("draw png: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".svg"), vector, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".png"), raster, 0o644)
}

func (f figure) svg() ([]byte, error) {
	var b bytes.Buffer
	c := vgsvg.New(width, f.height)
	f.draw(c)
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	// Arial has the same widths as Liberation, which few machines have.
	return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;")), nil
}

func (f figure) png() ([]byte, error) {
	var b bytes.Buffer
	c := vgimg.NewWith(vgimg.UseWH(width, f.height), vgimg.UseDPI(pngDPI))
	f.draw(c)
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(&b)
	return b.Bytes(), err
}

// wrap breaks text at spaces, not at those inside numbers, into lines that fit. A word longer than a line stays whole.
func wrap(s text.Style, words string, room vg.Length) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(unitsStay().Replace(words), " ") {
		if line != "" && s.Width(line+" "+word) > room {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// unitsStay keeps units on the line of their number.
func unitsStay() *strings.Replacer {
	var pairs []string
	for _, u := range []string{"ns", "µs", "ms", "B", "KiB", "MiB", "GiB", "%"} {
		pairs = append(pairs, " "+u, "\u00a0"+u)
	}
	return strings.NewReplacer(pairs...)
}
