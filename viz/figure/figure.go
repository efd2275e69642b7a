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
	shares        []float64 // of the height, of panels below each other; nil where all are as tall
	key           []sample  // over all panels
	wrapped       bool      // titles of panels are broken where they are wider than these
	note          string    // what had no room, in a sentence at the end of the caption
}

// rows is in how many rows so many panels stand.
func (l layout) rows(panels int) int {
	columns := l.columns
	if columns == 0 {
		columns = panels
	}
	return (panels + columns - 1) / columns
}

// Two panels have room for their words in a row of this width, which a page shows as it is: what is written in a figure
// that is made smaller cannot be read.
const (
	rowWidth   = vg.Length(900)
	rowColumns = 2
)

// inRows lays out several panels of a height each. Three stand side by side on a slide, which is wide and not tall.
func (r room) inRows(panels int, each vg.Length) layout {
	columns := min(panels, rowColumns)
	if r.For == Projector && panels == 3 {
		columns = panels
	}
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
	f = f.noting(l)
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
	f = f.noting(l)
	c := vgimg.NewWith(vgimg.UseWH(l.width, l.height), vgimg.UseDPI(int(math.Round(float64(dpi)*float64(r.scale)))))
	f.draw(r.canvas(c), l)
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(w); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// Size is the width and the height of the figure in points, 72 of which are an inch. It errs where options are wrong.
func (f Figure) Size() (width, height float64, err error) {
	l, r, err := f.laid()
	return float64(l.width * r.scale), float64(l.height * r.scale), err
}

// noting is the figure with a caption that says what had no room.
func (f Figure) noting(l layout) Figure {
	f.Caption = strings.TrimSpace(f.Caption + " " + l.note)
	return f
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

// ticksWide is about what the words at the left of a panel take of its width.
const ticksWide = vg.Length(30)

// draw lays out the panels.
func (l layout) draw(c draw.Canvas) {
	c = drawKey(c, l.key)
	tiles := draw.Tiles{Rows: l.rows(len(l.panels)), Cols: l.columns, PadX: 2 * margin}
	if l.columns == 0 {
		tiles.Cols = len(l.panels)
	}
	wide := vg.Length(math.Inf(1))
	if l.wrapped {
		wide = (c.Max.X-c.Min.X-l.names)/vg.Length(tiles.Cols) - tiles.PadX - ticksWide
	}
	for _, p := range l.panels {
		tiles.PadTop = max(tiles.PadTop, 1.4*panelText.Font.Size*vg.Length(len(p.lines(wide))))
	}
	if tiles.Rows > 1 {
		tiles.PadY = tiles.PadTop + margin
	}
	var at []draw.Canvas
	switch {
	case l.names > 0:
		at = l.beside(draw.Crop(c, 0, 0, 0, -tiles.PadTop), tiles)
	case l.shares != nil:
		at = l.stacked(c, tiles)
	default:
		at = l.tiled(c, tiles)
	}
	for i, p := range l.panels {
		p.draw(c, at[i], tiles.PadTop, wide)
	}
}

// tiled are the places of panels that are as large as each other.
func (l layout) tiled(c draw.Canvas, tiles draw.Tiles) (at []draw.Canvas) {
	rows := make([][]*plot.Plot, tiles.Rows)
	for i := range rows {
		rows[i] = make([]*plot.Plot, tiles.Cols)
	}
	for i, p := range l.panels {
		rows[i/tiles.Cols][i%tiles.Cols] = p.plot
	}
	for _, row := range plot.Align(rows, tiles, c) {
		at = append(at, row...)
	}
	return at
}

// stacked are the places of panels below each other that share an axis, each with its share of the height.
func (l layout) stacked(c draw.Canvas, tiles draw.Tiles) (at []draw.Canvas) {
	rest := c.Max.Y - c.Min.Y - (tiles.PadTop+margin)*vg.Length(len(l.panels)) + margin
	around, total, left, right := make([]vg.Length, len(l.panels)), 0.0, vg.Length(0), vg.Length(0)
	for i, p := range l.panels {
		data := p.plot.DataCanvas(c)
		left, right = max(left, data.Min.X-c.Min.X), max(right, c.Max.X-data.Max.X)
		around[i] = c.Max.Y - c.Min.Y - (data.Max.Y - data.Min.Y)
		rest, total = rest-around[i], total+l.shares[i]
	}
	top := c.Max.Y
	for i, p := range l.panels {
		top -= tiles.PadTop
		tall := around[i] + rest*vg.Length(l.shares[i]/total)
		box := draw.Crop(c, 0, 0, top-tall-c.Min.Y, top-c.Max.Y)
		data := p.plot.DataCanvas(box)
		at = append(at, draw.Crop(box, left-(data.Min.X-box.Min.X), box.Max.X-data.Max.X-right, 0, 0))
		top -= tall + margin
	}
	return at
}

// beside are the places of panels as wide as each other, the first of them with the names at its left. They have equal
// words below; where one is narrower than its names, [plot.Align] does not find how wide the others may be.
func (l layout) beside(c draw.Canvas, tiles draw.Tiles) (at []draw.Canvas) {
	all, n := c.Max.X-c.Min.X, vg.Length(len(l.panels))
	each := (all - l.names - tiles.PadX*(n-1)) / n
	left := vg.Length(0)
	for i := range l.panels {
		width := each
		if i == 0 {
			width += l.names
		}
		at = append(at, draw.Crop(c, left, left+width-all, 0, 0))
		left += width + tiles.PadX
	}
	return at
}

// titled is a line of a title.
type titled struct {
	draw.TextStyle
	words string
}

// lines are those of the title in so much room; the first is bold, however it is broken.
func (p panel) lines(wide vg.Length) (out []titled) {
	if p.title == "" {
		return nil
	}
	style := panelText
	for line := range strings.SplitSeq(p.title, "\n") {
		for _, words := range wrap(style, line, wide) {
			if words != "" {
				out = append(out, titled{style, words})
			}
		}
		style = captionText
	}
	return out
}

// draw draws a panel at its place, with its title in the room above.
func (p panel) draw(c, at draw.Canvas, above, wide vg.Length) {
	p.plot.Draw(at)
	data := p.plot.DataCanvas(at)
	for k, line := range p.lines(wide) {
		c.FillText(line.TextStyle, vg.Point{X: data.Min.X,
			Y: at.Max.Y + above - 1.35*panelText.Font.Size*vg.Length(k)}, line.words)
	}
}

// heading writes title and caption and returns what is left of the canvas.
func (f Figure) heading(c draw.Canvas) draw.Canvas {
	for _, line := range f.headings(c.Max.X - c.Min.X) {
		c.FillText(line.TextStyle, vg.Point{X: c.Min.X, Y: c.Max.Y}, line.words)
		c.Max.Y -= 1.35 * line.Font.Size
	}
	c.Max.Y -= margin
	return c
}

// headings are the lines of title and caption in so much room.
func (f Figure) headings(wide vg.Length) (out []titled) {
	for _, line := range []titled{{titleText, f.Title}, {captionText, f.Caption}} {
		if line.words == "" {
			continue
		}
		for _, words := range wrap(line.TextStyle, line.words, wide) {
			out = append(out, titled{line.TextStyle, words})
		}
	}
	return out
}

// heading is how tall title and caption of a figure are in the room.
func (r room) heading(f Figure) vg.Length {
	if r.Bare {
		return 0
	}
	tall := margin
	for _, line := range f.headings(r.width - 2*margin) {
		tall += 1.35 * line.Font.Size
	}
	return tall
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
