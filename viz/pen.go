package viz

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/hajimehoshi/ebiten/v2"
)

// pen gathers shapes, parts of images and words as triangles, in units of the view, and puts them on an image at once,
// with smooth edges. Of a sheet, what is drawn later lies on what was before, and words on all of it; a sheet lies on
// everything before it.
type pen struct {
	scale  float64
	below  sheet
	above  sheet
	lifted bool // shapes and words go to the sheet above
	words  *words
	said   []Word // since that was emptied, in units
}

// sheet is layers, and words on them.
type sheet struct {
	layers []layer
	words  mesh
}

// layer is what is drawn at once: parts of an image, or shapes, where it has none.
type layer struct {
	image *ebiten.Image
	mesh  mesh
}

// on is the layer of an image, or of shapes: the last one, or a new one where that is another's.
func (s *sheet) on(image *ebiten.Image) *mesh {
	if n := len(s.layers); n == 0 || s.layers[n-1].image != image {
		s.layers = slices.Grow(s.layers, 1)[:n+1] // with the mesh that was there before
		s.layers[n].image = image
	}
	return &s.layers[len(s.layers)-1].mesh
}

func (s *sheet) shapes() *mesh { return s.on(nil) }

func (s *sheet) draw(dst, atlas *ebiten.Image) {
	for i := range s.layers {
		from := s.layers[i].image
		if from == nil {
			from = atlas
		}
		s.layers[i].mesh.draw(dst, from)
	}
	s.layers = s.layers[:0]
	s.words.draw(dst, atlas)
}

// mesh is triangles over the atlas.
type mesh struct {
	vertices []ebiten.Vertex
	indices  []uint32
}

func (m *mesh) vertex(x, y, u, v float32, c color.RGBA, alpha float32) uint32 {
	m.vertices = append(m.vertices, ebiten.Vertex{
		DstX: x, DstY: y, SrcX: u, SrcY: v,
		ColorR: float32(c.R) / 255, ColorG: float32(c.G) / 255, ColorB: float32(c.B) / 255,
		ColorA: alpha * float32(c.A) / 255,
	})
	return uint32(len(m.vertices) - 1)
}

// stamp puts a letter with its corner at a device pixel.
func (m *mesh) stamp(g glyph, x, y int, c color.RGBA) {
	x0, y0, x1, y1 := float32(x), float32(y), float32(x+g.w), float32(y+g.h)
	u0, v0, u1, v1 := float32(g.x), float32(g.y), float32(g.x+g.w), float32(g.y+g.h)
	m.quad(m.vertex(x0, y0, u0, v0, c, 1), m.vertex(x1, y0, u1, v0, c, 1), m.vertex(x1, y1, u1, v1, c, 1),
		m.vertex(x0, y1, u0, v1, c, 1))
}

func (m *mesh) quad(a, b, c, d uint32) { m.indices = append(m.indices, a, b, c, a, c, d) }

func (m *mesh) draw(dst, atlas *ebiten.Image) {
	if len(m.indices) > 0 {
		dst.DrawTriangles32(m.vertices, m.indices, atlas, nil)
	}
	m.vertices, m.indices = m.vertices[:0], m.indices[:0]
}

func newPen(scale float64) *pen { return &pen{scale: scale, words: newWords(scale)} }

// warm draws more triangles than any picture has, all of them empty. A buffer of the graphics library that has to grow
// later, in the middle of a run, asks the graphics process about the old one, and waits for a busy machine's answer: up
// to half a second.
func (p *pen) warm() {
	const many = 40_000
	m := p.below.shapes()
	for i := range uint32(many / 4) {
		for range 4 {
			m.vertex(0, 0, spot/2.0, spot/2.0, paper, 0)
		}
		m.quad(4*i, 4*i, 4*i, 4*i)
	}
	m.draw(ebiten.NewImage(1, 1), p.words.atlas)
}

func (p *pen) sheet() *sheet {
	if p.lifted {
		return &p.above
	}
	return &p.below
}

// lift goes on on the sheet that lies on everything else, and lower on the one below it.
func (p *pen) lift()  { p.lifted = true }
func (p *pen) lower() { p.lifted = false }

func (p *pen) vertex(x, y float64, c color.RGBA, alpha float32) uint32 {
	return p.sheet().shapes().vertex(float32(x*p.scale), float32(y*p.scale), spot/2.0, spot/2.0, c, alpha)
}

func (p *pen) triangle(a, b, c uint32) {
	m := p.sheet().shapes()
	m.indices = append(m.indices, a, b, c)
}

func (p *pen) quad(a, b, c, d uint32) { p.sheet().shapes().quad(a, b, c, d) }

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
		alpha := float32(1)
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

// band fills what lies between two lines that have their points at the same places on the x axis, so lightly that what
// is below stays to be seen.
func (p *pen) band(upper, lower []point, c color.RGBA, alpha float32) {
	for i := 1; i < len(upper); i++ {
		p.quad(p.vertex(upper[i-1].x, upper[i-1].y, c, alpha), p.vertex(upper[i].x, upper[i].y, c, alpha),
			p.vertex(lower[i].x, lower[i].y, c, alpha), p.vertex(lower[i-1].x, lower[i-1].y, c, alpha))
	}
}

// polygon fills a convex shape.
func (p *pen) polygon(points []point, c color.RGBA) {
	first := p.vertex(points[0].x, points[0].y, c, 1)
	last := p.vertex(points[1].x, points[1].y, c, 1)
	for _, q := range points[2:] {
		next := p.vertex(q.x, q.y, c, 1)
		p.triangle(first, last, next)
		last = next
	}
}

// paste puts a part of an image, in its pixels, into a box, with hard edges. Parts of one image that follow each other
// are drawn at once.
func (p *pen) paste(from *ebiten.Image, part image.Rectangle, b box) {
	m := p.sheet().on(from)
	x0, y0, x1, y1 := p.snap(b.x), p.snap(b.y), p.snap(b.x+b.w), p.snap(b.y+b.h)
	u0, v0, u1, v1 := float32(part.Min.X), float32(part.Min.Y), float32(part.Max.X), float32(part.Max.Y)
	m.quad(m.vertex(x0, y0, u0, v0, paper, 1), m.vertex(x1, y0, u1, v0, paper, 1), m.vertex(x1, y1, u1, v1, paper, 1),
		m.vertex(x0, y1, u0, v1, paper, 1))
}

// snap is the whole device pixel that a length is nearest to.
func (p *pen) snap(x float64) float32 { return float32(math.Round(x * p.scale)) }

// circle fills a disc.
func (p *pen) circle(x, y, r float64, c color.RGBA) {
	if g, left, top, ok := p.words.disc(x*p.scale, y*p.scale, r*p.scale); ok {
		p.sheet().shapes().stamp(g, left, top, c)
	}
}

// text puts words with their middle at height y.
func (p *pen) text(s string, x, y, size float64, c color.RGBA, a align) {
	p.say(s, face{size, false}, x, y, c, a)
}

func (p *pen) title(s string, x, y, size float64, c color.RGBA) {
	p.say(s, face{size, true}, x, y, c, left)
}

func (p *pen) say(s string, f face, x, y float64, c color.RGBA, a align) {
	p.words.set(&p.sheet().words, s, f, x, y, c, a)
	w := p.words.width(s, f)
	if strings.TrimSpace(s) != "" {
		x -= w * float64(a) / 2
		p.said = append(p.said, Word{Text: s, X: x, Y: y - f.size/2, W: w, Size: f.size, Above: p.lifted})
	}
}

// free reports whether words would lie on none that the picture has yet.
func (p *pen) free(s string, x, y, size float64, a align) bool {
	w := p.width(s, size)
	x -= w * float64(a) / 2
	return !slices.ContainsFunc(p.said, func(o Word) bool {
		const least = 0.8 // of the sizes of type, between the middles of lines
		return x < o.X+o.W && o.X < x+w && math.Abs(y-o.Y-o.Size/2) < least*(size+o.Size)/2
	})
}

// width of words in CSS pixels, and titleWidth that of a title.
func (p *pen) width(s string, size float64) float64      { return p.words.width(s, face{size, false}) }
func (p *pen) titleWidth(s string, size float64) float64 { return p.words.width(s, face{size, true}) }

// flush puts everything gathered on a clean box of dst. It is false where not every letter found its place, and the
// picture should be drawn again.
func (p *pen) flush(dst *ebiten.Image, b box) bool {
	px := func(v float64) int { return int(math.Round(v * p.scale)) }
	in := dst.SubImage(image.Rect(px(b.x), px(b.y), px(b.x+b.w), px(b.y+b.h))).(*ebiten.Image)
	in.Fill(paper)
	for _, s := range []*sheet{&p.below, &p.above} {
		s.draw(in, p.words.atlas)
	}
	whole := !p.words.full
	if !whole {
		p.words.clear()
	}
	return whole
}
