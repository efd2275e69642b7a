// Package figure draws a finished or partial [record.Record] as figures for print and web: SVG and PNG, the same bytes
// for the same record on every machine. The pictures on screen, which move, are drawn by package viz and never here.
package figure

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Figure is one picture that can be written in several formats.
type Figure struct {
	Name          string // of its file, without extension
	Title         string // what it shows, in a sentence
	Caption       string // how to read it
	aside         string // what the caption cannot say in the type of the figure
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
func (f *Figure) inRows(panels int, each vg.Length) {
	f.columns = min(panels, rowColumns)
	f.width, f.height = rowWidth, each*vg.Length((panels+f.columns-1)/f.columns)
}

// panel is one set of axes of a figure.
type panel struct {
	title string
	plot  *plot.Plot
}

// Names are those of the figures that [All] may give.
var Names = []string{"loss", "difference", "cosine", "rms", "knowledge", "experts", "writing"}

// All are the figures that the record has data for: the loss always, the others once an arm has been widened.
func All(r *record.Record) []Figure {
	var figures []Figure
	for _, draw := range []func(*record.Record) (Figure, bool){
		Loss, Difference, Cosine, RMS, Knowledge, Experts, Writing,
	} {
		if f, ok := draw(r); ok {
			figures = append(figures, f.told(r))
		}
	}
	return figures
}

// SVG writes the figure as text and lines; fonts are named, not embedded.
func (f Figure) SVG(w io.Writer) error {
	c := vgsvg.New(f.width, f.height)
	f.draw(draw.New(c))
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
	root := strings.Index(s, "<svg")
	at := root + strings.Index(s[root:], ">\n") + 2
	s = s[:at] + "<title>" + escape(f.Title) + "</title>\n<desc>" + escape(strings.TrimSpace(f.Caption+" "+f.aside)) +
		"</desc>\n" + s[at:]
	_, err := io.WriteString(plain.Text(w), s)
	return err
}

// PNG writes the figure with dpi pixels an inch; 96 is one pixel a CSS pixel.
func (f Figure) PNG(w io.Writer, dpi int) error {
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi))
	f.draw(draw.New(c))
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(w); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// draw lays out the title, the caption and the panels.
func (f Figure) draw(c draw.Canvas) {
	c.SetColor(paper)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	c = f.heading(c)
	columns := f.columns
	if columns == 0 {
		columns = len(f.panels)
	}
	tiles := draw.Tiles{Rows: (len(f.panels) + columns - 1) / columns, Cols: columns, PadX: 2 * margin}
	rows := make([][]*plot.Plot, tiles.Rows)
	for i := range rows {
		rows[i] = make([]*plot.Plot, columns)
	}
	for i, p := range f.panels {
		rows[i/columns][i%columns] = p.plot
		if p.title != "" {
			tiles.PadTop = max(tiles.PadTop, 1.4*panelText.Font.Size*vg.Length(1+strings.Count(p.title, "\n")))
		}
	}
	if tiles.Rows > 1 {
		tiles.PadY = tiles.PadTop + margin
	}
	if f.names > 0 {
		f.beside(draw.Crop(c, 0, 0, 0, -tiles.PadTop), tiles)
		return
	}
	at := plot.Align(rows, tiles, c)
	for i, p := range f.panels {
		p.draw(c, at[i/columns][i%columns], tiles.PadTop)
	}
}

// beside draws the panels as wide as each other, the first of them with the names at its left. They have equal words
// below; where one is narrower than its names, [plot.Align] does not find how wide the others may be.
func (f Figure) beside(c draw.Canvas, tiles draw.Tiles) {
	all, n := c.Max.X-c.Min.X, vg.Length(len(f.panels))
	each := (all - f.names - tiles.PadX*(n-1)) / n
	left := vg.Length(0)
	for i, p := range f.panels {
		width := each
		if i == 0 {
			width += f.names
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
