package figure

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/written"
)

// Lengths of what networks write.
const (
	writtenPitch = vg.Length(19)
	authorHeight = vg.Length(20)
	writtenGap   = vg.Length(10)
)

// drawWriting is what every network writes in the end after the same prompt, with the same random numbers: behind each
// character how sure it was. It is false where nobody has asked for anything.
func drawWriting(r *record.Record) (Figure, bool) {
	texts := slices.DeleteFunc(written.At(r, r.Last()), func(t written.Text) bool {
		return t.Written == "" || t.Lost != ""
	})
	if len(texts) == 0 {
		return Figure{}, false
	}
	f := Figure{Name: "writing", Title: "What the networks write"}
	var asides []string
	all := writings{texts: texts, styles: style.Of(r.Experiment), names: names(r.Experiment)}
	for i := range texts {
		asides = append(asides, all.name(&texts[i])+": "+written.Line(texts[i].Writing.Text+texts[i].Written))
	}
	prompt := written.Prompt(texts)
	f.Caption = fmt.Sprintf("Seed %d. The same beginning, temperature %g, the same random numbers. The stronger the "+
		"colour behind a character, the surer the network was of it.", prompt.Seed, prompt.Temperature)
	f.aside = strings.Join(asides, " ")
	f.lay = func(r room) layout {
		w := all
		tall := w.fill(r.width - 2*margin)
		to := layout{width: r.width, height: tall + 70, panels: []panel{{plot: blank(w)}}}
		if !r.page() {
			to.height = tall + 2*margin + r.heading(f)
		}
		return to
	}
	return f, true
}

// fill breaks the texts into lines of a width, and returns how tall they are together.
func (w *writings) fill(wide vg.Length) (tall vg.Length) {
	w.cells = nil
	for i := range w.texts {
		cells := written.Lines(nil, w.texts[i].Chars(nil), float64(wide), record.MaxPrompt+record.MaxWritten,
			func(s string) float64 { return float64(writtenText.Width(printable(s))) })
		tall += authorHeight + writtenPitch*vg.Length(1+cells[len(cells)-1].Line) + writtenGap
		w.cells = append(w.cells, cells)
	}
	return tall
}

var writtenText = words(13, ink, tickText.Font.Weight)

// printable is a character, or a sign where the type has no letter for it.
func printable(s string) string {
	if covers(s) {
		return s
	}
	return "□"
}

// writings are the texts of all networks, one below the other.
type writings struct {
	styles []style.Style
	names  []string
	texts  []written.Text
	cells  [][]written.Cell
}

func (w writings) name(t *written.Text) string {
	if t.Shared() {
		return "One network still, shared by all"
	}
	return w.names[t.Arms[0]]
}

// Plot implements plot.Plotter.
func (w writings) Plot(c draw.Canvas, _ *plot.Plot) {
	top := c.Max.Y
	for i := range w.texts {
		t := &w.texts[i]
		author, at, full := labelText, vg.Point{X: c.Min.X, Y: top}, hue(style.Style{Hue: style.Neutral})
		if !t.Shared() {
			l := w.styles[t.Arms[0]]
			full = hue(l)
			c.DrawGlyph(draw.GlyphStyle{Color: full, Radius: 3.6, Shape: marker{l.Marker}},
				vg.Point{X: at.X + 4, Y: at.Y - 6})
			at.X += 13
		}
		author.Color = full
		c.FillText(author, at, fmt.Sprintf("%s, at step %d", w.name(t), t.Step))
		top -= authorHeight
		top -= w.text(c, w.cells[i], top, full)
	}
}

// text draws one text from a height down, and returns how tall it is.
func (w writings) text(c draw.Canvas, cells []written.Cell, top vg.Length, full color.NRGBA) vg.Length {
	place := func(x written.Cell) vg.Point {
		return vg.Point{X: c.Min.X + vg.Length(x.X), Y: top - writtenPitch*vg.Length(x.Line)}
	}
	for _, x := range cells {
		if x.At < 0 {
			continue
		}
		const half = 0.5 // letters are read on it
		shade := full
		for _, v := range []*uint8{&shade.R, &shade.G, &shade.B} {
			*v = 255 - uint8(half*float64(x.Sure)*float64(255-*v))
		}
		at, wide := place(x), vg.Length(x.W)
		c.SetColor(shade)
		c.Fill(vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - writtenPitch + 2}, Max: vg.Point{X: at.X + wide,
			Y: at.Y}}.Path())
	}
	for k := 0; k < len(cells); {
		first, word := cells[k], ""
		for ; k < len(cells) && cells[k].Raw != ' ' && cells[k].Line == first.Line; k++ {
			word += printable(cells[k].Text)
		}
		if word == "" {
			k++
			continue
		}
		at := place(first)
		at.Y++
		c.FillText(writtenText, at, word)
	}
	return writtenPitch*vg.Length(1+cells[len(cells)-1].Line) + writtenGap
}
