// Package figure draws figures for print, web and slides: SVG and PNG, the same bytes for the same data on every
// machine.
//
// [Named] and [All] draw what a [record.Record] holds. [Curves], [Forest], [Blocks] and [Scatter] draw data of
// anybody's. Either gives a [Figure], which [Figure.In] turns into one for a page, a paper's column or a projector,
// light or dark.
//
// The pictures on screen, which move, are drawn by package viz and never here.
package figure

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// Figure is one picture that can be written in several formats.
type Figure struct {
	Name    string // of its file, without extension
	Title   string // what it shows, in a sentence
	Caption string // how to read it
	aside   string // what the caption cannot say in the type of the figure
	options Options
	lay     func(room) layout
}

// In is the figure as these options say.
func (f Figure) In(o Options) Figure {
	f.options = o
	return f
}

// layout is where everything of a figure stands, in the lengths of its room.
type layout struct {
	width, height vg.Length
	panels        []panel   // left to right, and then below
	columns       int       // panels in a row; 0 is all of them
	names         vg.Length // width of what the first panel has at its left for all of a single row
}

// Two panels have room for their words in a row of this width, which a page shows as it is: what is written in a figure
// that is made smaller cannot be read.
const (
	rowWidth   = vg.Length(900)
	rowColumns = 2
)

// inRows lays out several panels of a height each.
func inRows(panels int, each vg.Length) layout {
	columns := min(panels, rowColumns)
	return layout{columns: columns, width: rowWidth, height: each * vg.Length((panels+columns-1)/columns)}
}

// panel is one set of axes of a figure.
type panel struct {
	title string
	plot  *plot.Plot
}

// SVG writes the figure as text and lines; fonts are named, not embedded.
func (f Figure) SVG(w io.Writer) error {
	l, r, err := f.laid()
	if err != nil {
		return err
	}
	c := vgsvg.New(l.width, l.height)
	f.draw(r.canvas(c), l)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	s := b.String()
	// Faces with the same widths as Liberation Sans, for machines that have other fonts.
	s = strings.ReplaceAll(s, "font-family:Liberation Sans;", "font-family:Liberation Sans,Arial,Helvetica,sans-serif;")
	s = strings.ReplaceAll(s, "font-variant:normal;", "")
	s = strings.ReplaceAll(s, "font-weight:normal;", "")
	s = strings.ReplaceAll(s, "font-style:normal;", "")
	s = strings.Replace(s, "\txmlns=", "\trole=\"img\" xmlns=", 1)
	if r.scale != 1 { // the picture is as large as it is meant to be, in the lengths of its room
		s = strings.Replace(s, fmt.Sprintf(`width="%.5gpt" height="%.5gpt"`, l.width, l.height),
			fmt.Sprintf(`width="%.5gpt" height="%.5gpt"`, l.width*r.scale, l.height*r.scale), 1)
	}
	root := strings.Index(s, "<svg")
	at := root + strings.Index(s[root:], ">\n") + 2
	s = s[:at] + "<title>" + escape(f.Title) + "</title>\n<desc>" + escape(strings.TrimSpace(f.Caption+" "+f.aside)) +
		"</desc>\n" + s[at:]
	_, err = io.WriteString(plain.Text(w), s)
	return err
}

// PNG writes the figure with dpi pixels an inch; 96 is one pixel a CSS pixel.
func (f Figure) PNG(w io.Writer, dpi int) error {
	l, r, err := f.laid()
	if err != nil {
		return err
	}
	c := vgimg.NewWith(vgimg.UseWH(l.width, l.height), vgimg.UseDPI(int(math.Round(float64(dpi)*float64(r.scale)))))
	f.draw(r.canvas(c), l)
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(w); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// laid is the figure as its options have it, and in what room.
func (f Figure) laid() (layout, room, error) {
	if err := f.options.Validate(); err != nil {
		return layout{}, room{}, err
	}
	r := f.options.room()
	return f.lay(r), r, nil
}

// draw draws the title, the caption and the panels.
func (f Figure) draw(c draw.Canvas, l layout) {
	c.SetColor(paper)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if !f.options.room().Bare {
		c = f.heading(c)
	}
	l.draw(c)
}

// draw lays out the panels.
func (l layout) draw(c draw.Canvas) {
	columns := l.columns
	if columns == 0 {
		columns = len(l.panels)
	}
	tiles := draw.Tiles{Rows: (len(l.panels) + columns - 1) / columns, Cols: columns, PadX: 2 * margin}
	rows := make([][]*plot.Plot, tiles.Rows)
	for i := range rows {
		rows[i] = make([]*plot.Plot, columns)
	}
	for i, p := range l.panels {
		rows[i/columns][i%columns] = p.plot
		if p.title != "" {
			tiles.PadTop = max(tiles.PadTop, 1.4*panelText.Font.Size*vg.Length(1+strings.Count(p.title, "\n")))
		}
	}
	if tiles.Rows > 1 {
		tiles.PadY = tiles.PadTop + margin
	}
	if l.names > 0 {
		l.beside(draw.Crop(c, 0, 0, 0, -tiles.PadTop), tiles)
		return
	}
	at := plot.Align(rows, tiles, c)
	for i, p := range l.panels {
		p.draw(c, at[i/columns][i%columns], tiles.PadTop)
	}
}

// beside draws the panels as wide as each other, the first of them with the names at its left. They have equal words
// below; where one is narrower than its names, [plot.Align] does not find how wide the others may be.
func (l layout) beside(c draw.Canvas, tiles draw.Tiles) {
	all, n := c.Max.X-c.Min.X, vg.Length(len(l.panels))
	each := (all - l.names - tiles.PadX*(n-1)) / n
	left := vg.Length(0)
	for i, p := range l.panels {
		width := each
		if i == 0 {
			width += l.names
		}
		p.draw(c, draw.Crop(c, left, left+width-all, 0, 0), tiles.PadTop)
		left += width + tiles.PadX
	}
}

// draw draws a panel at its place, with its title in the room above.
func (p panel) draw(c, at draw.Canvas, above vg.Length) {
	p.plot.Draw(at)
	if p.title == "" {
		return
	}
	data := p.plot.DataCanvas(at)
	for k, line := range strings.Split(p.title, "\n") {
		style := panelText
		if k > 0 {
			style = captionText
		}
		c.FillText(style, vg.Point{X: data.Min.X, Y: at.Max.Y + above - 1.35*panelText.Font.Size*vg.Length(k)}, line)
	}
}

// heading writes title and caption and returns what is left of the canvas.
func (f Figure) heading(c draw.Canvas) draw.Canvas {
	for _, line := range []struct {
		style draw.TextStyle
		text  string
	}{{titleText, f.Title}, {captionText, f.Caption}} {
		if line.text == "" {
			continue
		}
		for _, words := range wrap(line.style, line.text, c.Max.X-c.Min.X) {
			c.FillText(line.style, vg.Point{X: c.Min.X, Y: c.Max.Y}, words)
			c.Max.Y -= 1.35 * line.style.Font.Size
		}
	}
	c.Max.Y -= margin
	return c
}

// wrap breaks words into lines that are at most width wide.
func wrap(style draw.TextStyle, words string, width vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(words) {
		if line != "" && style.Width(line+" "+word) > width {
			lines, line = append(lines, line), word
			continue
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
