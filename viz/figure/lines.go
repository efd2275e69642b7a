package figure

import (
	"cmp"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Series is one curve.
type Series struct {
	Name  string
	Style style.Style
	// XYer are the points, by ascending X; those that are not finite are left out. If it is a [plotter.YErrorer] too,
	// as [Means] are, the curve has a band around it.
	plotter.XYer
	// Marks are the points that bear a marker, besides those that are set now and then along the curve.
	Marks []int
	// Ended is a reading of another kind at the curve's end: it has a ring, and is the value beside the name. Nil is
	// none.
	Ended *float64
	// Digits of the last value beside the name at the curve's end; negative writes no value. Where no point is finite
	// the value is "none".
	Digits int
	Word   string // stands there instead of the value
	Thin   bool   // the line: it accompanies another of the same style
}

// Means are points whose Y are means. Err is how far each may be off, the same up and down; what is no number is none.
type Means struct {
	plotter.XYs
	Err []float64 // as many as points
}

// YError implements plotter.YErrorer.
func (m Means) YError(i int) (down, up float64) { return m.Err[i], m.Err[i] }

// points are those of the curve, none where it has none.
func (s Series) points() int {
	if s.XYer == nil {
		return 0
	}
	return s.Len()
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
	// Share is how much of the height it has beside those above and below, which then share its x axis. Where all are
	// zero the sets stand two in a row, as tall as each other.
	Share float64
}

// Curves are sets of axes with curves, two in a row. It is false where there is nothing to draw.
func Curves(name, title, caption string, sets ...Lines) (Figure, bool) {
	n := 0
	for _, l := range sets {
		n += l.add(axes(l.X, l.Y), all)
	}
	return Figure{Name: name, Title: title, Caption: caption,
		lay: func(r room) layout { return arranged(sets, r) }}, n > 0
}

// arranged are the sets in their room.
func arranged(sets []Lines, r room) layout {
	to := layout{width: 720, height: 430}
	stacked := sets[0].Share > 0
	switch {
	case stacked, r.For == Column && len(sets) <= 2:
		to.columns = 1
	case len(sets) > 1:
		to = r.inRows(len(sets), 400)
	}
	words := all
	if !r.page() && (r.For == Column || len(sets) > 1) {
		to.key = keyOf(sets)
		if words = values; len(sets) > 2 {
			words = nothing
		}
	}
	rows, total := (len(sets)+max(to.columns, 1)-1)/max(to.columns, 1), 0.0
	for _, l := range sets {
		total += l.Share
	}
	to.height = r.tall(to.height, columnRow*vg.Length(rows)+columnKey)
	if stacked {
		to.height = r.tall(540, 1.5*columnRow+columnKey)
	}
	for _, l := range sets {
		tall := (to.height - columnKey) / vg.Length(rows)
		if stacked {
			tall = (to.height - columnKey) * vg.Length(l.Share/total)
		}
		if words == nothing {
			l.Events = mute(l.Events)
		}
		p := axes(l.X, l.Y)
		l.add(p, words)
		to.panels = append(to.panels, r.panel(l.Title, p, to.columns, tall-60))
	}
	if stacked {
		to.share(sets)
	} else if !r.page() {
		to.lowest()
	}
	return to.fitted(r)
}

// mute are events without words.
func mute(events []Event) (out []Event) {
	for _, e := range events {
		out = append(out, Event{X: e.X})
	}
	return out
}

// lowest leaves the names of the x axes to the lowest row, where all rows have the same ones.
func (l *layout) lowest() {
	columns, last := max(l.columns, 1), l.panels[len(l.panels)-1].plot.X.Label.Text
	for _, p := range l.panels {
		if p.plot.X.Label.Text != last {
			return
		}
	}
	for _, p := range l.panels[:max(len(l.panels)-columns, 0)] {
		p.plot.X.Label.Text = ""
	}
}

// share puts the panels below each other, with one x axis, which the last has.
func (l *layout) share(sets []Lines) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range l.panels {
		low, high = min(low, p.plot.X.Min), max(high, p.plot.X.Max)
	}
	l.columns = 1
	for i, p := range l.panels {
		l.shares = append(l.shares, sets[i].Share)
		p.plot.X.Min, p.plot.X.Max = low, high
		if i < len(l.panels)-1 {
			p.plot.X.Label.Text, p.plot.X.Tick.Marker = "", plot.ConstantTicks(nil)
		}
	}
}

// Heights in a column of a paper: of a row of panels, and of the key above all.
const (
	columnRow = vg.Length(190)
	columnKey = vg.Length(50)
)

// What stands at the end of a curve.
type saying int

const (
	all saying = iota // name and value
	values
	nothing
)

// add puts the curves into a plot and returns how many there are.
func (l Lines) add(p *plot.Plot, w saying) int {
	p.Add(grid{zero: l.Zero})
	var words ends
	var curves []plot.Plotter
	for i, s := range l.Series {
		c := s.curve(i)
		if len(c.at) == 0 {
			if s.points() > 0 && s.Digits >= 0 {
				words = append(words, end{math.Inf(-1), s.words(w, "none"), hue(s.Style)})
			}
			continue
		}
		for k, at := range c.at {
			p.X.Min, p.X.Max = min(p.X.Min, at.X), max(p.X.Max, at.X)
			p.Y.Min, p.Y.Max = min(p.Y.Min, at.Y-c.down[k]), max(p.Y.Max, at.Y+c.up[k])
		}
		if c.banded {
			p.Add(band{c})
		}
		curves = append(curves, c)
		last := c.at[len(c.at)-1].Y
		if s.Ended != nil {
			last = *s.Ended
			p.Y.Min, p.Y.Max = min(p.Y.Min, last), max(p.Y.Max, last)
		}
		if s.Thin {
			continue
		}
		words = append(words, end{last, s.words(w, decimal(last, s.Digits)), hue(s.Style)})
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

// words are those at the end of the curve, which ends with a value.
func (s Series) words(w saying, value string) string {
	switch {
	case w == nothing:
		return ""
	case w == values && s.Digits < 0:
		return ""
	case w == values:
		return cmp.Or(s.Word, value)
	case s.Digits < 0:
		return s.Name
	}
	return s.Name + " " + cmp.Or(s.Word, value)
}

// curve are the points of the series that are finite.
func (s Series) curve(shift int) curve {
	c := curve{Style: s.Style, shift: shift, ended: s.Ended, thin: s.Thin}
	spread, banded := s.XYer.(plotter.YErrorer)
	c.banded = banded
	var at []int // of each point in the curve, −1 where it is none
	for k := range s.points() {
		x, y := s.XY(k)
		if !record.Finite(y) || !record.Finite(x) {
			at = append(at, -1)
			continue
		}
		at = append(at, len(c.at))
		down, up := 0.0, 0.0
		if banded {
			down, up = spread.YError(k)
			down, up = finite(math.Abs(down)), finite(math.Abs(up))
		}
		c.at, c.down, c.up = append(c.at, plotter.XY{X: x, Y: y}), append(c.down, down), append(c.up, up)
	}
	for _, k := range s.Marks {
		if at[k] >= 0 {
			c.own = append(c.own, c.at[at[k]])
		}
	}
	return c
}

// finite is a number, or zero where it is none.
func finite(x float64) float64 {
	if record.Finite(x) {
		return x
	}
	return 0
}

// band is the shade around a curve that shows how well its mean is known.
type band struct{ curve }

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	outline := make([]vg.Point, 0, 2*len(b.at))
	for i, at := range b.at {
		outline = append(outline, vg.Point{X: x(at.X), Y: y(at.Y + b.up[i])})
	}
	for i := len(b.at) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(b.at[i].X), Y: y(b.at[i].Y - b.down[i])})
	}
	shade := hue(b.Style)
	shade.A = 0x2e
	c.FillPolygon(shade, c.ClipPolygonXY(outline))
}
