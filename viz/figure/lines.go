package figure

import (
	"cmp"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Series is one curve as plain data. Points that are not finite are left out.
type Series struct {
	Name  string
	Style style.Style
	X, Y  []float64 // ascending X
	// Marks are the points that bear a marker, besides those that are set now and then along the curve.
	Marks []int
	Err   []float64 // half the height of the band around the curve; nil is none
	// Ended is a reading of another kind at the curve's end: it has a ring, and is the value beside the name. Nil is
	// none.
	Ended *float64
	// Digits of the last value beside the name at the curve's end; negative writes no value. Where no point is finite
	// the value is "none".
	Digits int
	Word   string // stands there instead of the value
}

// Lines is one set of axes with curves.
type Lines struct {
	Title  string
	X, Y   string // what the axes show
	Series []Series
	Zero   bool // a line at zero
	Events []Event
	// The y axis ends at Low and High, and curves may leave it; where both are zero it holds all that they reach.
	Low, High float64
}

// Curves are sets of axes with curves, two in a row. It is false where there is nothing to draw.
func Curves(name, title, caption string, sets ...Lines) (Figure, bool) {
	n := 0
	for _, l := range sets {
		n += l.add(axes(l.X, l.Y))
	}
	lay := func(r room) layout {
		to := layout{width: 720, height: 430}
		if len(sets) > 1 {
			to = inRows(len(sets), 400)
		}
		for _, l := range sets {
			p := axes(l.X, l.Y)
			l.add(p)
			to.panels = append(to.panels, panel{l.Title, p})
		}
		return to.fitted(r)
	}
	return Figure{Name: name, Title: title, Caption: caption, lay: lay}, n > 0
}

// add puts the curves into a plot and returns how many there are.
func (l Lines) add(p *plot.Plot) int {
	p.Add(grid{zero: l.Zero})
	var words ends
	var curves []plot.Plotter
	for i, s := range l.Series {
		b := band{hue: hue(s.Style)}
		var own plotter.XYs
		for k, y := range s.Y {
			if !record.Finite(y) || !record.Finite(s.X[k]) {
				continue
			}
			half := 0.0
			if s.Err != nil && record.Finite(s.Err[k]) {
				half = s.Err[k]
			}
			b.at, b.half = append(b.at, plotter.XY{X: s.X[k], Y: y}), append(b.half, half)
			p.X.Min, p.X.Max = min(p.X.Min, s.X[k]), max(p.X.Max, s.X[k])
			p.Y.Min, p.Y.Max = min(p.Y.Min, y-half), max(p.Y.Max, y+half)
		}
		for _, k := range s.Marks {
			if record.Finite(s.Y[k]) {
				own = append(own, plotter.XY{X: s.X[k], Y: s.Y[k]})
			}
		}
		if len(b.at) == 0 {
			if len(s.X) > 0 && s.Digits >= 0 {
				words = append(words, end{math.Inf(-1), s.Name + " " + cmp.Or(s.Word, "none"), hue(s.Style)})
			}
			continue
		}
		if s.Err != nil {
			p.Add(b)
		}
		curves = append(curves, curve{s.Style, b.at, own, i, s.Ended})
		last, text := b.at[len(b.at)-1].Y, s.Name
		if s.Ended != nil {
			last = *s.Ended
			p.Y.Min, p.Y.Max = min(p.Y.Min, last), max(p.Y.Max, last)
		}
		if s.Digits >= 0 {
			text = s.Name + " " + cmp.Or(s.Word, decimal(last, s.Digits))
		}
		words = append(words, end{last, text, hue(s.Style)})
	}
	for _, e := range l.Events {
		p.Add(e)
	}
	p.Add(curves...)
	pad := max((p.Y.Max-p.Y.Min)*0.05, 1e-3)
	p.Y.Min, p.Y.Max = p.Y.Min-pad, p.Y.Max+pad
	if l.Low != l.High {
		p.Y.Min, p.Y.Max = l.Low, l.High
	}
	p.Add(words)
	return len(curves)
}

// band is the shade around a curve that shows how well its mean is known.
type band struct {
	hue  color.NRGBA
	at   plotter.XYs
	half []float64
}

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	outline := make([]vg.Point, 0, 2*len(b.at))
	for i, at := range b.at {
		outline = append(outline, vg.Point{X: x(at.X), Y: y(at.Y + b.half[i])})
	}
	for i := len(b.at) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(b.at[i].X), Y: y(b.at[i].Y - b.half[i])})
	}
	shade := b.hue
	shade.A = 0x2e
	c.FillPolygon(shade, c.ClipPolygonXY(outline))
}
