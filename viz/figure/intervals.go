package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Interval is a mean with its confidence interval, one row of an [Intervals].
type Interval struct {
	Name            string
	Mean, Low, High float64
	Each            []float64 // the values behind the mean, as small dots
	Style           style.Style
	Aside           bool   // drawn in grey, dashed and with a ring, whatever the style: it is shown and does not count
	Bar             bool   // a bar from zero to the mean lies behind it: what is measured is a size and no difference
	Says            string // stands at the right of the row, in its hue
}

// Intervals is one set of axes with rows of means and intervals, top down. Panels side by side share the names of the
// rows, which the first one writes.
type Intervals struct {
	Title string
	X     string
	Rows  []Interval
	Marks []float64 // values of X with a dashed line
}

// rowHeight is the height of a row of intervals.
const rowHeight = vg.Length(21)

// Forest are rows of intervals around a line at zero, in panels side by side that share one scale. It is false where
// there is nothing to draw.
func Forest(name, title, caption string, sets ...Intervals) (Figure, bool) {
	low, high, any := 0.0, 0.0, false
	for _, s := range sets {
		for _, v := range s.Marks {
			low, high = min(low, v), max(high, v)
		}
		for _, r := range s.Rows {
			for _, v := range append([]float64{r.Mean, r.Low, r.High}, r.Each...) {
				if record.Finite(v) {
					low, high, any = min(low, v), max(high, v), true
				}
			}
		}
	}
	pad := max(0.06*(high-low), 1e-4)
	f := Figure{Name: name, Title: title, Caption: caption}
	f.lay = func(r room) layout {
		to := layout{width: rowWidth}
		if len(sets) == 1 {
			to.width = 620
		}
		rows, names := 0, vg.Length(0)
		for _, s := range sets {
			for _, row := range s.Rows {
				names = max(names, tickText.Width(row.Name))
			}
			rows = max(rows, len(s.Rows))
		}
		to.height = 108 + rowHeight*vg.Length(rows)
		below := !r.page() && (r.width-names)/vg.Length(len(sets)) < leastIntervals
		for i, s := range sets {
			p := s.axes(low-pad, high+pad, i == 0 || below)
			if r.Height > 0 && len(sets) == 1 {
				p.X.Tick.Marker = round(max((r.width-names-s.said())/42, 2))
			}
			columns := 1 + len(sets) // the names have room as well
			if below {
				columns = 2
			}
			to.panels = append(to.panels, r.panel(s.Title, p, columns, 0))
		}
		if !below {
			to.names = names
		}
		if r.page() {
			return to
		}
		if below {
			to.columns = 1
		}
		to.width, to.wrapped = r.width, true
		beside := vg.Length(70) // the rows of a panel: title, ticks and what these are
		if sets[0].X == "" {
			beside -= 1.5 * tickText.Font.Size
		}
		around, all := 2*margin+r.heading(f)+beside*vg.Length(to.rows(len(sets))), vg.Length(to.rows(len(sets))*rows)
		most := rowHeight
		if r.Height > 0 {
			most *= 2
		}
		each := min(max((r.tall(0, math.MaxInt32)-around)/all, leastRow), most)
		to.height = around + each*all
		return to
	}
	return f, any
}

// leastIntervals is how wide the panels of intervals are at least that stand side by side.
const leastIntervals = vg.Length(110)

// leastRow is the height of a row where many have to share that of a slide.
const leastRow = vg.Length(12)

// axes are the rows in a plot, whose names are written if it is the first.
func (s Intervals) axes(low, high float64, first bool) *plot.Plot {
	p := axes(s.X, "")
	p.X.Min, p.X.Max = low, high
	p.X.Tick.Marker = usual
	p.Y.Min, p.Y.Max = -float64(len(s.Rows))+0.4, 0.6
	p.Y.Tick.Marker = plot.ConstantTicks(s.ticks(first))
	p.Add(uprights(s.Marks))
	var words ends
	for k, r := range s.Rows {
		if record.Finite(r.Mean) {
			p.Add(whisker{r, -float64(k)})
		}
		if r.Says != "" {
			words = append(words, end{-float64(k), r.Says, hue(r.Style)})
		}
	}
	if words != nil {
		p.Add(words)
	}
	return p
}

// said is the room at the right of the rows for what they say.
func (s Intervals) said() (wide vg.Length) {
	for _, r := range s.Rows {
		wide = max(wide, labelText.Width(r.Says))
	}
	return wide
}

func (s Intervals) ticks(words bool) []plot.Tick {
	var t []plot.Tick
	for k, r := range s.Rows {
		label := " "
		if words {
			label = r.Name
		}
		t = append(t, plot.Tick{Value: -float64(k), Label: label})
	}
	return t
}

// whisker draws one interval: a line from low to high, the mean as a marker, the single values as dots.
type whisker struct {
	Interval
	y float64
}

// Plot implements plot.Plotter.
func (w whisker) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at, colour, glyph := y(w.y), hue(w.Style), draw.GlyphDrawer(marker{w.Style.Marker})
	bar := draw.LineStyle{Color: colour, Width: 1.4}
	if w.Aside {
		colour, glyph = soft, draw.RingGlyph{}
		bar = draw.LineStyle{Color: colour, Width: 1, Dashes: []vg.Length{2, 2}}
	}
	clip := func(v float64) vg.Length { return min(max(x(v), c.Min.X), c.Max.X) }
	if w.Bar {
		half, wash := barShare/2*(y(1)-y(0)), colour
		wash.A = 0x38
		bar := vg.Rectangle{Min: vg.Point{X: clip(0), Y: at - half}, Max: vg.Point{X: clip(w.Mean), Y: at + half}}
		c.SetColor(wash)
		c.Fill(bar.Path())
	}
	dots := colour
	dots.A = 0x66
	for _, v := range w.Each {
		if !record.Finite(v) {
			continue
		}
		c.DrawGlyph(draw.GlyphStyle{Color: dots, Radius: 1.5, Shape: draw.CircleGlyph{}},
			vg.Point{X: clip(v), Y: at - 4.5})
	}
	if !math.IsNaN(w.Low) && !math.IsNaN(w.High) { // they may be infinite
		c.StrokeLine2(bar, clip(w.Low), at, clip(w.High), at)
	}
	for _, end := range []float64{w.Low, w.High} {
		if record.Finite(end) {
			c.StrokeLine2(draw.LineStyle{Color: colour, Width: bar.Width}, clip(end), at-3, clip(end), at+3)
		}
	}
	c.DrawGlyph(draw.GlyphStyle{Color: colour, Radius: 3.2, Shape: glyph}, vg.Point{X: clip(w.Mean), Y: at})
}

// barShare is how much of the height of a row its bar has.
const barShare = vg.Length(0.62)

// uprights draws a thin line at every tick of x, a stronger one at zero, and dashed ones at its own values.
type uprights []float64

// Plot implements plot.Plotter.
func (marks uprights) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		style := draw.LineStyle{Color: rule, Width: 0.5}
		if t.Value == 0 {
			style = draw.LineStyle{Color: axis, Width: 0.9}
		}
		c.StrokeLine2(style, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	for _, v := range marks {
		c.StrokeLine2(draw.LineStyle{Color: soft, Width: 1, Dashes: []vg.Length{3, 3}}, x(v), c.Min.Y, x(v), c.Max.Y)
	}
}
