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
)

// The page's own colours.
var (
	paper = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.NRGBA{0x22, 0x25, 0x2a, 0xff}
	soft  = color.NRGBA{0x5f, 0x66, 0x70, 0xff} // words beside the data
	rule  = color.NRGBA{0xe4, 0xe6, 0xea, 0xff} // grid lines
	axis  = color.NRGBA{0xa8, 0xae, 0xb8, 0xff}
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

// look tells one arm from the others three times over: by hue, by dash and by marker.
type look struct {
	hue    color.NRGBA
	dash   []vg.Length
	marker draw.GlyphDrawer
}

// looks by the order of the arms; the first four are those of the default experiment. The hues are Okabe and Ito's, which
// colour-blind readers can tell apart.
var looks = []look{
	{color.NRGBA{0x77, 0x7d, 0x87, 0xff}, []vg.Length{1.2, 2.4}, draw.CircleGlyph{}},
	{color.NRGBA{0xd5, 0x5e, 0x00, 0xff}, []vg.Length{6, 3}, draw.BoxGlyph{}},
	{color.NRGBA{0x00, 0x72, 0xb2, 0xff}, []vg.Length{7, 2.5, 1.5, 2.5}, draw.PyramidGlyph{}},
	{color.NRGBA{0x00, 0x8a, 0x64, 0xff}, nil, diamond{}},
	{color.NRGBA{0xb0, 0x4c, 0x8c, 0xff}, []vg.Length{10, 3}, draw.CircleGlyph{}},
	{color.NRGBA{0x8a, 0x6d, 0x00, 0xff}, []vg.Length{3, 2}, draw.BoxGlyph{}},
	{color.NRGBA{0x2f, 0x8f, 0xc4, 0xff}, []vg.Length{10, 2, 2, 2, 2, 2}, draw.PyramidGlyph{}},
	{color.NRGBA{0x22, 0x25, 0x2a, 0xff}, []vg.Length{1.5, 1.5}, diamond{}},
}

func lookOf(arm int) look { return looks[arm%len(looks)] }

// diamond is a square that stands on a corner.
type diamond struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (diamond) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	c.SetColor(style.Color)
	r := style.Radius * 1.25
	var p vg.Path
	p.Move(vg.Point{X: at.X, Y: at.Y + r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y})
	p.Line(vg.Point{X: at.X, Y: at.Y - r})
	p.Line(vg.Point{X: at.X - r, Y: at.Y})
	p.Close()
	c.Fill(p)
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

// majors are the default ticks without the unlabelled ones, all with as many decimals as their distance needs.
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
		digits := decimals(out[1].Value - out[0].Value)
		for i := range out {
			out[i].Label = decimal(out[i].Value, digits)
		}
	}
	return out
}

// decimals is how many a number needs that is meant to be round.
func decimals(x float64) int {
	for n := range 9 {
		if scaled := x * math.Pow(10, float64(n)); math.Abs(scaled-math.Round(scaled)) < 1e-6*math.Abs(scaled) {
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
