package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// The colours: dark words on white, grey for what is locked, red for what is no number.
var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{32, 38, 46, 255}
	soft  = color.RGBA{90, 98, 110, 255}
	rule  = color.RGBA{229, 232, 236, 255}
	faint = color.RGBA{190, 196, 204, 255}
	stuck = color.RGBA{126, 133, 143, 255}
	wrong = color.RGBA{176, 32, 32, 255}
)

// mark draws an arm's marker around a place.
func (p *pen) mark(l style.Style, x, y, r float64) {
	shape := l.Marker.Shape()
	if shape == nil {
		p.circle(x, y, r*style.DiscRadius, l.Hue)
	}
	for _, outline := range shape {
		var at [4]point
		for i, q := range outline {
			at[i] = point{x + r*q.X, y + r*q.Y}
		}
		p.polygon(at[:len(outline)], l.Hue)
	}
}

// mix is a to b by share t.
func mix(a, b color.RGBA, t float64) color.RGBA {
	t = math.Min(math.Max(t, 0), 1)
	f := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), f(a.A, b.A)}
}
