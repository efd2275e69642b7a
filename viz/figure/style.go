package figure

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// The page's own colours.
var (
	paper = style.Paper
	ink   = style.Ink
	soft  = style.Soft
	rule  = style.Rule
	axis  = style.Axis
	wrong = style.Wrong
)

// margin is the white border around a figure.
const margin = vg.Length(12)

var (
	titleText   = words(13, ink, xfont.WeightBold)
	captionText = words(10, soft, xfont.WeightNormal)
	panelText   = words(10.5, ink, xfont.WeightBold)
	labelText   = words(10.5, ink, xfont.WeightBold)
	tickText    = words(9.5, soft, xfont.WeightNormal)
	noteText    = words(9.5, soft, xfont.WeightNormal)
)

func words(size vg.Length, c color.Color, weight xfont.Weight) draw.TextStyle {
	return draw.TextStyle{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: size},
		YAlign:  draw.YTop,
		Handler: plot.DefaultTextHandler,
	}
}

// hue is an arm's colour.
func hue(l style.Style) color.NRGBA { return color.NRGBAModel.Convert(l.Hue).(color.NRGBA) }

// dashes are an arm's strokes and gaps.
func dashes(l style.Style) []vg.Length {
	var out []vg.Length
	for _, d := range l.Dash {
		out = append(out, vg.Length(d))
	}
	return out
}

// marker is an arm's marker.
type marker struct{ style.Marker }

// DrawGlyph implements draw.GlyphDrawer.
func (m marker) DrawGlyph(c *draw.Canvas, g draw.GlyphStyle, at vg.Point) {
	shape := m.Shape()
	if shape == nil {
		g.Radius *= style.DiscRadius
		draw.CircleGlyph{}.DrawGlyph(c, g, at)
	}
	c.SetColor(g.Color)
	for _, outline := range shape {
		var p vg.Path
		for i, q := range outline {
			to := vg.Point{X: at.X + g.Radius*vg.Length(q.X), Y: at.Y - g.Radius*vg.Length(q.Y)}
			if i == 0 {
				p.Move(to)
			} else {
				p.Line(to)
			}
		}
		p.Close()
		c.Fill(p)
	}
}

// axes is an empty plot in the house's style.
func axes(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Label.TextStyle.Color = tickText.Font, soft
		a.Label.Padding = 4
		a.Tick.Label.Font, a.Tick.Label.Color = tickText.Font, soft
		a.Tick.LineStyle.Color = axis
		a.Tick.Marker = usual
		a.LineStyle.Color = axis
		a.Padding = 0
	}
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Tick.Length, p.Y.Tick.Length = 3, 0
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Label.XAlign = text.XRight
	return p
}

// blank is a plot of one thing that needs no axes.
func blank(of plot.Plotter) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.HideAxes()
	p.X.Padding, p.Y.Padding = 0, 0
	p.Add(of)
	return p
}

// round are ticks at the multiples of a round number, all with as many decimals: as many as can be with no more than so
// many spaces between them.
type round int

// usual is how many spaces there are where there is room.
const usual = round(6)

// Ticks implements plot.Ticker.
func (n round) Ticks(low, high float64) []plot.Tick {
	least := (high - low) / float64(n)
	if !(least > 0) || math.IsInf(least, 0) {
		return nil
	}
	ten := math.Pow(10, math.Floor(math.Log10(least)))
	step := 10 * ten
	for _, more := range []float64{5, 2, 1} {
		if more*ten >= least*(1-1e-9) {
			step = more * ten
		}
	}
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: decimal(k*step, decimals(step, step))})
	}
	return out
}

// decimals is how many a number needs that is meant to be round, where so much would be seen as one distance of ticks.
func decimals(x, distance float64) int {
	for n := range 9 {
		ten := math.Pow(10, float64(n))
		if scaled := x * ten; math.Abs(scaled-math.Round(scaled)) < 1e-6*math.Abs(distance)*ten {
			return n
		}
	}
	return 9
}

// decimal writes a number with a true minus sign, and none before a zero.
func decimal(x float64, digits int) string {
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if n, ok := strings.CutPrefix(s, "-"); ok {
		if strings.Trim(n, "0.") == "" {
			return n
		}
		return "−" + n
	}
	return s
}
