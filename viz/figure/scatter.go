package figure

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Spot is one point, with a name where it has one.
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
		to := r.inRows(len(sets), 380)
		named := r.page() || len(sets) == 1
		if !named {
			to.key = spotKey(sets)
		}
		for _, c := range sets {
			to.panels = append(to.panels, r.panel(c.Title, c.axes(named), to.columns, columnRow))
		}
		if r.For == Column {
			to.height = columnRow*vg.Length(to.rows(len(sets))) + columnKey
		}
		return to.fitted(r)
	}
	return Figure{Name: name, Title: title, Caption: caption, lay: lay}, any
}

func (s Spot) finite() bool { return record.Finite(s.X) && record.Finite(s.Y) }

// spotKey are the names of all spots, each once, in their order.
func spotKey(sets []Cloud) (key []sample) {
	seen := map[string]bool{}
	for _, c := range sets {
		for _, s := range c.Spots {
			if s.Name != "" && !seen[s.Name] && s.finite() {
				seen[s.Name], key = true, append(key, sample{s.Name, s.Style, true, s.Ring})
			}
		}
	}
	return key
}

// axes are the spots in a plot, with their names at its right where they are to be there.
func (c Cloud) axes(named bool) *plot.Plot {
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
		if at.Name != "" {
			words = append(words, end{at.Y, at.Name, hue(at.Style)})
		}
	}
	padX, padY := max(0.05*(p.X.Max-p.X.Min), 1e-3), max(0.05*(p.Y.Max-p.Y.Min), 1e-3)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = p.X.Min-padX, p.X.Max+padX, p.Y.Min-padY, p.Y.Max+padY
	if named {
		p.Add(words)
	}
	return p
}

const spotRadius = vg.Length(4)

// Plot implements plot.Plotter.
func (s Spot) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	l := s.Style
	g := draw.GlyphStyle{Color: hue(l), Radius: spotRadius, Shape: marker{l.Marker}}
	if s.Ring {
		g.Shape = draw.RingGlyph{}
	}
	c.DrawGlyph(g, vg.Point{X: x(s.X), Y: y(s.Y)})
}
