package viz

import "math"

// disc is a radius in eighths of a device pixel, and how many quarters of one its middle stands right of and below a
// whole one. A disc is a letter like others: four corners, where its outline would be many, and its edge is smooth.
type disc struct{ radius, right, below int }

// disc is a disc in the atlas, and the device pixel that its corner goes to. It is false where there is none to draw,
// or no place for it.
func (w *words) disc(x, y, r float64) (g glyph, left, top int, ok bool) {
	quarters := func(v float64) (whole, part int) {
		n := int(math.Round(4 * v))
		return n >> 2, n & 3
	}
	left, right := quarters(x)
	top, below := quarters(y)
	d := disc{int(math.Round(8 * r)), right, below}
	if d.radius <= 0 {
		return glyph{}, 0, 0, false
	}
	if g, ok = w.discs[d]; !ok {
		if g, ok = w.round(d); !ok {
			return glyph{}, 0, 0, false
		}
		w.discs[d] = g
	}
	return g, left + g.dx, top + g.dy, true
}

// round draws a disc into the atlas. Where the atlas is full it is left out, and the atlas begins anew with the next
// picture.
func (w *words) round(d disc) (glyph, bool) {
	r := float64(d.radius) / 8
	reach := int(math.Ceil(r)) + 1
	g := glyph{w: 2*reach + 1, h: 2*reach + 1, dx: -reach, dy: -reach}
	if !w.room(&g) {
		return glyph{}, false
	}
	pix := make([]byte, 0, 4*g.w*g.h)
	for y := range g.h {
		for x := range g.w {
			dx, dy := float64(x-reach)+0.5-float64(d.right)/4, float64(y-reach)+0.5-float64(d.below)/4
			v := byte(math.Round(255 * min(max(r+0.5-math.Hypot(dx, dy), 0), 1)))
			pix = append(pix, v, v, v, v)
		}
	}
	w.paint(g, pix)
	return g, true
}
