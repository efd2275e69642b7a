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
	paper = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.NRGBA{0x22, 0x25, 0x2a, 0xff}
	soft  = color.NRGBA{0x5f, 0x66, 0x70, 0xff} // words beside the data
	rule  = color.NRGBA{0xe4, 0xe6, 0xea, 0xff} // grid lines
	axis  = color.NRGBA{0xa8, 0xae, 0xb8, 0xff}
	wrong = color.NRGBA{0xb0, 0x20, 0x20, 0xff} // what is no number
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
		a.Tick.Marker = majors{}
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

// majors are the default ticks without the unlabelled ones, all with as many decimals as the one that needs most: ticks
// that are 0.2 apart may stand at 1.75 and 1.95.
type majors struct{}

// Ticks implements plot.Ticker.
func (majors) Ticks(low, high float64) []plot.Tick {
	var out []plot.Tick
	for _, t := range (plot.DefaultTicks{}).Ticks(low, high) {
		if !t.IsMinor() {
			out = append(out, t)
		}
	}
	if len(out) > 1 {
		distance := out[1].Value - out[0].Value
		digits := decimals(distance, distance)
		for _, t := range out {
			digits = max(digits, decimals(t.Value, distance))
		}
		for i := range out {
			out[i].Label = decimal(out[i].Value, digits)
		}
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
