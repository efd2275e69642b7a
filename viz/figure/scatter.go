package figure

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Spot is one point with a name.
type Spot struct {
	Name  string
	X, Y  float64
	Style style.Style
	Ring  bool // drawn as a ring instead of the style's marker
}

// Cloud is one set of axes with spots.
type Cloud struct {
	Title, X, Y string
	Spots       []Spot
}

// Scatter are spots in panels, two in a row, their names at the right, at their height. Spots that are not finite are
// left out; it is false where there is nothing to draw.
func Scatter(name, title, caption string, sets ...Cloud) (Figure, bool) {
	any := slices.ContainsFunc(sets, func(c Cloud) bool { return slices.ContainsFunc(c.Spots, Spot.finite) })
	lay := func(r room) layout {
		to := inRows(len(sets), 380)
		for _, c := range sets {
			to.panels = append(to.panels, r.panel(c.Title, c.axes(), to.columns, columnRow))
		}
		return to.fitted(r)
	}
	return Figure{Name: name, Title: title, Caption: caption, lay: lay}, any
}

func (s Spot) finite() bool { return record.Finite(s.X) && record.Finite(s.Y) }

// axes are the spots in a plot.
func (c Cloud) axes() *plot.Plot {
	p := axes(c.X, c.Y)
	p.Add(grid{})
	var words ends
	for _, at := range c.Spots {
		if !at.finite() {
			continue
		}
		p.X.Min, p.X.Max = min(p.X.Min, at.X), max(p.X.Max, at.X)
		p.Y.Min, p.Y.Max = min(p.Y.Min, at.Y), max(p.Y.Max, at.Y)
		p.Add(at)
		words = append(words, end{at.Y, at.Name, hue(at.Style)})
	}
	padX, padY := max(0.05*(p.X.Max-p.X.Min), 1e-3), max(0.05*(p.Y.Max-p.Y.Min), 1e-3)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = p.X.Min-padX, p.X.Max+padX, p.Y.Min-padY, p.Y.Max+padY
	p.Add(words)
	return p
}

// Plot implements plot.Plotter.
func (s Spot) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	l := s.Style
	g := draw.GlyphStyle{Color: hue(l), Radius: 4, Shape: marker{l.Marker}}
	if s.Ring {
		g.Shape = draw.RingGlyph{}
	}
	c.DrawGlyph(g, vg.Point{X: x(s.X), Y: y(s.Y)})
}
