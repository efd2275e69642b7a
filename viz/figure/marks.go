package figure

import (
	"cmp"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// curve is one arm over the steps: a dashed line and a few markers.
type curve struct {
	style.Style
	at       plotter.XYs // ascending X, finite
	down, up []float64   // how far each point may be off; all zero where it is not known
	banded   bool        // that is to be seen
	own      plotter.XYs // points that bear a marker
	shift    int         // moves the markers, so that those of several arms do not cover each other
	ended    *float64    // a reading of another kind at the last point
	thin     bool
}

// spacing of the markers along x.
const spacing = vg.Length(52)

// Plot implements plot.Plotter.
func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	line := make([]vg.Point, len(l.at))
	for i, at := range l.at {
		line[i] = vg.Point{X: x(at.X), Y: y(at.Y)}
	}
	stroke := draw.LineStyle{Color: hue(l.Style), Width: 1.6, Dashes: dashes(l.Style)}
	if l.thin {
		stroke.Width = 0.8
	}
	c.StrokeLines(stroke, c.ClipLinesXY(line)...)
	if l.thin {
		return
	}
	style := draw.GlyphStyle{Color: hue(l.Style), Radius: 2.8, Shape: marker{l.Marker}}
	for _, at := range l.own {
		c.DrawGlyph(style, vg.Point{X: x(at.X), Y: y(at.Y)})
	}
	if l.ended != nil {
		from := line[len(line)-1]
		to := vg.Point{X: from.X, Y: y(*l.ended)}
		c.StrokeLine2(draw.LineStyle{Color: hue(l.Style), Width: 0.6}, from.X, from.Y, to.X, to.Y)
		c.DrawGlyph(style, to)
		ring := style
		ring.Radius, ring.Shape = 5.4, draw.RingGlyph{}
		c.DrawGlyph(ring, to)
	}
	next := c.Min.X + spacing*vg.Length(1+l.shift%5)/5
	for _, at := range line {
		if at.X < next || !c.Contains(at) {
			continue
		}
		for next <= at.X {
			next += spacing
		}
		c.DrawGlyph(style, at)
	}
}

// grid draws a thin line at every labelled tick of y, and a stronger one at zero where zero divides the picture.
type grid struct{ zero bool }

// Plot implements plot.Plotter.
func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if t.Value >= p.Y.Min && t.Value <= p.Y.Max {
			c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.6}, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
		}
	}
	if g.zero && p.Y.Min <= 0 && p.Y.Max >= 0 {
		c.StrokeLine2(draw.LineStyle{Color: axis, Width: 0.9}, c.Min.X, y(0), c.Max.X, y(0))
	}
}

// Event is a vertical line with words at its top, and markers before them.
type Event struct {
	X     float64
	Words string
	Of    []style.Style
}

// Plot implements plot.Plotter.
func (e Event) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	at := x(e.X)
	if !c.ContainsX(at) {
		return
	}
	c.StrokeLine2(draw.LineStyle{Color: axis, Width: 0.9, Dashes: []vg.Length{2, 2}}, at, c.Min.Y, at, c.Max.Y)
	style, size := noteText, noteText.Font.Size
	style.YAlign = draw.YTop
	begin := at + 4
	if width := style.Width(e.Words) + size*vg.Length(len(e.Of)); begin+width > c.Max.X {
		begin = at - 4 - width
	}
	for _, l := range e.Of {
		c.DrawGlyph(draw.GlyphStyle{Color: hue(l), Radius: size * 0.32, Shape: marker{l.Marker}},
			vg.Point{X: begin + size*0.4, Y: c.Max.Y - size*0.6})
		begin += size
	}
	c.FillText(style, vg.Point{X: begin, Y: c.Max.Y}, e.Words)
}

// end is the words at the right end of a curve, in the curve's colour: they are the legend.
type end struct {
	y    float64
	text string
	hue  color.Color
}

// ends places the words so that they do not cover each other.
type ends []end

// Plot implements plot.Plotter.
func (es ends) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	es = slices.Clone(es)
	slices.SortStableFunc(es, func(a, b end) int { return cmp.Compare(a.y, b.y) })
	at := make([]vg.Length, len(es))
	for i, e := range es {
		at[i] = min(max(y(e.y), c.Min.Y), c.Max.Y)
	}
	spread(at, 1.25*labelText.Font.Size, c.Min.Y, c.Max.Y)
	for i, e := range es {
		style := labelText
		style.Color, style.YAlign = e.hue, draw.YCenter
		c.FillText(style, vg.Point{X: c.Max.X + 6, Y: at[i]}, e.text)
	}
}

// GlyphBoxes implements plot.GlyphBoxer: it keeps room for the words.
func (es ends) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	var boxes []plot.GlyphBox
	for _, e := range es {
		boxes = append(boxes, plot.GlyphBox{X: 1, Y: 0.5,
			Rectangle: vg.Rectangle{Max: vg.Point{X: labelText.Width(e.text) + 6, Y: 1}}})
	}
	return boxes
}

// spread moves ascending positions as little as needed so that neighbours are gap apart and, where they all fit, within
// low and high.
func spread(at []vg.Length, gap, low, high vg.Length) {
	for range 100 {
		moved := false
		for i := 1; i < len(at); i++ {
			if short := gap - (at[i] - at[i-1]); short > 0.01 {
				at[i-1] -= short / 2
				at[i] += short / 2
				moved = true
			}
		}
		if n := len(at); n > 0 && gap*vg.Length(n-1) <= high-low {
			at[0], at[n-1] = max(at[0], low), min(at[n-1], high)
		}
		if !moved {
			return
		}
	}
}
