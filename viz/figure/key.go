package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// sample is one entry of a key: how a name looks in the panels below.
type sample struct {
	name string
	style.Style
	spot, ring bool // only its marker, or a ring, and no stroke
}

// Measures of a key.
const (
	sampleWide = vg.Length(24) // of the stroke
	sampleSpot = vg.Length(10) // of a marker alone
	sampleGap  = vg.Length(5)  // to the name
	keyGap     = vg.Length(16) // to the next
	keyRow     = vg.Length(15)
)

// keyOf are the names of all curves, each once, in their order.
func keyOf(sets []Lines) (key []sample) {
	seen := map[string]bool{}
	for _, l := range sets {
		for _, s := range l.Series {
			if s.Name != "" && !seen[s.Name] && s.points() > 0 && !s.Thin {
				seen[s.Name], key = true, append(key, sample{name: s.Name, Style: s.Style})
			}
		}
	}
	return key
}

// drawKey draws the key along the top of the canvas, in as many rows as it takes, and returns what is left of that.
func drawKey(c draw.Canvas, key []sample) draw.Canvas {
	if len(key) == 0 {
		return c
	}
	at := vg.Point{X: c.Min.X, Y: c.Max.Y}
	for _, s := range key {
		words := labelText
		words.Color = hue(s.Style)
		stroke := sampleWide
		if s.spot {
			stroke = sampleSpot
		}
		wide := stroke + sampleGap + words.Width(s.name)
		if at.X > c.Min.X && at.X+wide > c.Max.X {
			at = vg.Point{X: c.Min.X, Y: at.Y - keyRow}
		}
		middle := at.Y - 0.5*words.Font.Size
		glyph := draw.GlyphStyle{Color: words.Color, Radius: 2.8, Shape: marker{s.Marker}}
		if s.spot {
			glyph.Radius = spotRadius
		} else {
			c.StrokeLine2(draw.LineStyle{Color: words.Color, Width: 1.6, Dashes: dashes(s.Style)}, at.X, middle,
				at.X+stroke, middle)
		}
		if s.ring {
			glyph.Shape = draw.RingGlyph{}
		}
		c.DrawGlyph(glyph, vg.Point{X: at.X + stroke/2, Y: middle})
		c.FillText(words, vg.Point{X: at.X + stroke + sampleGap, Y: at.Y}, s.name)
		at.X += wide + keyGap
	}
	c.Max.Y = at.Y - keyRow - margin/2
	return c
}
