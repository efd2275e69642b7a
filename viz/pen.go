package viz

import (
	"image/color"
	"math"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/text/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// pen gathers shapes as triangles and words, in CSS pixels, and puts them on an image in two passes: few draw calls, smooth edges.
type pen struct {
	scale    float64
	vertices []ebiten.Vertex
	indices  []uint32
	words    []word
	faces    map[faceKey]text.Face
	white    *ebiten.Image
}

type faceKey struct {
	size float64
	bold bool
}

type word struct {
	s     string
	x, y  float64
	size  float64
	color color.RGBA
	bold  bool
	align align
}

// align says which part of a word stands at its x.
type align int

const (
	left align = iota
	center
	right
)

func newPen(scale float64) *pen {
	img := ebiten.NewImage(3, 3)
	img.Fill(color.White)
	return &pen{scale: scale, faces: map[faceKey]text.Face{}, white: img}
}

func (p *pen) clear() { p.vertices, p.indices, p.words = p.vertices[:0], p.indices[:0], p.words[:0] }

func (p *pen) vertex(x, y float64, c color.RGBA, alpha float64) uint32 {
	a := float32(alpha) * float32(c.A) / 255
	p.vertices = append(p.vertices, ebiten.Vertex{
		DstX: float32(x * p.scale), DstY: float32(y * p.scale), SrcX: 1.5, SrcY: 1.5,
		ColorR: float32(c.R) / 255, ColorG: float32(c.G) / 255, ColorB: float32(c.B) / 255, ColorA: a,
	})
	return uint32(len(p.vertices) - 1)
}

func (p *pen) quad(a, b, c, d uint32) { p.indices = append(p.indices, a, b, c, a, c, d) }

// rect fills a rectangle.
func (p *pen) rect(x, y, w, h float64, c color.RGBA) {
	p.quad(p.vertex(x, y, c, 1), p.vertex(x+w, y, c, 1), p.vertex(x+w, y+h, c, 1), p.vertex(x, y+h, c, 1))
}

// point is a place in CSS pixels.
type point struct{ x, y float64 }

// segment draws a straight line of the given width whose long edges fade over one device pixel.
func (p *pen) segment(a, b point, width float64, c color.RGBA) {
	dx, dy := b.x-a.x, b.y-a.y
	n := math.Hypot(dx, dy)
	if n == 0 {
		return
	}
	fade := 1 / p.scale
	nx, ny := -dy/n, dx/n
	h := math.Max(width-fade, 0) / 2
	var at [4][2]uint32
	for i, off := range [4]float64{-h - fade, -h, h, h + fade} {
		alpha := 1.0
		if i == 0 || i == 3 {
			alpha = 0
		}
		at[i] = [2]uint32{p.vertex(a.x+nx*off, a.y+ny*off, c, alpha), p.vertex(b.x+nx*off, b.y+ny*off, c, alpha)}
	}
	for i := range 3 {
		p.quad(at[i][0], at[i][1], at[i+1][1], at[i+1][0])
	}
}

// line draws a polyline with a dash pattern (lengths of stroke and gap; nil is solid).
func (p *pen) line(points []point, width float64, c color.RGBA, dash []float64) {
	on, left, k := true, math.Inf(1), 0
	if len(dash) > 0 {
		left = dash[0]
	}
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		n := math.Hypot(b.x-a.x, b.y-a.y)
		for n > 0 {
			step := math.Min(left, n)
			c2 := point{a.x + (b.x-a.x)*step/n, a.y + (b.y-a.y)*step/n}
			if on {
				p.segment(a, c2, width, c)
			}
			n -= step
			left -= step
			a = c2
			if left <= 0 {
				k = (k + 1) % len(dash)
				left, on = dash[k], !on
			}
		}
	}
}

// polygon fills a convex shape.
func (p *pen) polygon(points []point, c color.RGBA) {
	first := p.vertex(points[0].x, points[0].y, c, 1)
	last := p.vertex(points[1].x, points[1].y, c, 1)
	for _, q := range points[2:] {
		next := p.vertex(q.x, q.y, c, 1)
		p.indices = append(p.indices, first, last, next)
		last = next
	}
}

func (p *pen) circle(x, y, r float64, c color.RGBA) {
	var points []point
	for i := range 14 {
		s, co := math.Sincos(2 * math.Pi * float64(i) / 14)
		points = append(points, point{x + r*co, y + r*s})
	}
	p.polygon(points, c)
}

// text puts words with their middle at height y.
func (p *pen) text(s string, x, y, size float64, c color.RGBA, a align) {
	p.words = append(p.words, word{s: s, x: x, y: y, size: size, color: c, align: a})
}

func (p *pen) title(s string, x, y, size float64, c color.RGBA) {
	p.words = append(p.words, word{s: s, x: x, y: y, size: size, color: c, bold: true})
}

// width of words in CSS pixels.
func (p *pen) width(s string, size float64, bold bool) float64 {
	return text.Advance(s, p.face(size, bold)) / p.scale
}

func (p *pen) face(size float64, bold bool) text.Face {
	key := faceKey{size, bold}
	if f, ok := p.faces[key]; ok {
		return f
	}
	data := goregular.TTF
	if bold {
		data = gomedium.TTF
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		panic(err) // the fonts are part of the program
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size * p.scale, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err)
	}
	f := text.NewGoXFace(face)
	p.faces[key] = f
	return f
}

// flush draws everything gathered, shapes first.
func (p *pen) flush(dst *ebiten.Image) {
	if len(p.indices) > 0 {
		dst.DrawTriangles32(p.vertices, p.indices, p.white, nil)
	}
	for _, w := range p.words {
		op := &text.DrawOptions{}
		op.GeoM.Translate(math.Round(w.x*p.scale), math.Round(w.y*p.scale))
		op.ColorScale.ScaleWithColor(w.color)
		op.PrimaryAlign = text.Align(w.align)
		op.SecondaryAlign = text.AlignCenter
		text.Draw(dst, w.s, p.face(w.size, w.bold), op)
	}
	p.clear()
}
