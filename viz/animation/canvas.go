package animation

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	plotdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// The colours beside those of the arms, as the page has them.
var (
	paper = color.RGBA(style.Paper)
	ink   = color.RGBA(style.Ink)
	soft  = color.RGBA(style.Soft)
	rule  = color.RGBA(style.Rule)
	axis  = color.RGBA(style.Axis)
	stuck = color.RGBA{0x8a, 0x91, 0x9b, 0xff} // pairs that are identical
	wrong = color.RGBA(style.Wrong)
)

// Sizes of type in CSS pixels.
const (
	small  = 14.0
	body   = 15.0
	title  = 20.0
	number = 28.0
)

// canvas is one picture. Places and lengths are in CSS pixels from its upper left corner.
type canvas struct {
	img  *image.RGBA
	vg   plotdraw.Canvas
	tall float64
}

func newCanvas(tall int) *canvas {
	on := vgimg.NewWith(vgimg.UseWH(wide, vg.Length(tall)), vgimg.UseDPI(72*density)) // a point is a CSS pixel
	return &canvas{on.Image().(*image.RGBA), plotdraw.New(on), float64(tall)}
}

// at is a place for gonum, whose y points up.
func (c *canvas) at(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x), Y: vg.Length(c.tall - y)}
}

// rect fills whole pixels.
func (c *canvas) rect(x, y, w, h float64, fill color.RGBA) {
	px := func(v float64) int { return int(math.Round(v * density)) }
	draw.Draw(c.img, image.Rect(px(x), px(y), px(x+w), px(y+h)), image.NewUniform(fill), image.Point{}, draw.Src)
}

// face is the type of a size.
func face(size float64, bold bool) plotdraw.TextStyle {
	weight := xfont.WeightNormal
	if bold {
		weight = xfont.WeightBold
	}
	return plotdraw.TextStyle{Font: font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight,
		Size: vg.Length(size)}, Handler: plot.DefaultTextHandler, YAlign: plotdraw.YTop}
}

// text writes from its left end, or to its right end where right is 1, or around its middle where it is a half; y is
// its upper edge.
func (c *canvas) text(s string, x, y, size float64, bold bool, hue color.RGBA, right float64) {
	f := face(size, bold)
	f.Color, f.XAlign = hue, plotdraw.XLeft
	x -= right * float64(f.Width(s))
	c.vg.FillText(f, c.at(math.Round(x*density)/density, y), s)
}

// width is that of a text.
func width(s string, size float64, bold bool) float64 { return float64(face(size, bold).Width(s)) }

// disc fills a circle.
func (c *canvas) disc(x, y, radius float64, fill color.RGBA) {
	c.vg.SetColor(fill)
	p := vg.Path{}
	p.Move(c.at(x+radius, y))
	p.Arc(c.at(x, y), vg.Length(radius), 0, 2*math.Pi)
	p.Close()
	c.vg.Fill(p)
}

// mark draws an arm's marker.
func (c *canvas) mark(m style.Marker, x, y, radius float64, fill color.RGBA) {
	if m == "" {
		return
	}
	if m.Shape() == nil {
		c.disc(x, y, radius*style.DiscRadius, fill)
	}
	c.vg.SetColor(fill)
	for _, outline := range m.Shape() {
		var p vg.Path
		for i, q := range outline {
			if to := c.at(x+radius*q.X, y+radius*q.Y); i == 0 {
				p.Move(to)
			} else {
				p.Line(to)
			}
		}
		p.Close()
		c.vg.Fill(p)
	}
}

// line draws through points, with the strokes and gaps of an arm.
func (c *canvas) line(points [][2]float64, thick float64, hue color.RGBA, dash ...float64) {
	if len(points) < 2 {
		return
	}
	var p vg.Path
	for i, q := range points {
		if i == 0 {
			p.Move(c.at(q[0], q[1]))
		} else {
			p.Line(c.at(q[0], q[1]))
		}
	}
	var gaps []vg.Length
	for _, d := range dash {
		gaps = append(gaps, vg.Length(d))
	}
	c.vg.SetColor(hue)
	c.vg.SetLineWidth(vg.Length(thick))
	c.vg.SetLineDash(gaps, 0)
	c.vg.Stroke(p)
}
