package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/viz/look"
)

// The colours: dark words on white, grey for what is locked.
var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{32, 38, 46, 255}
	soft  = color.RGBA{90, 98, 110, 255}
	rule  = color.RGBA{229, 232, 236, 255}
	faint = color.RGBA{190, 196, 204, 255}
	stuck = color.RGBA{126, 133, 143, 255}
)

// mark draws an arm's marker around a place.
func (p *pen) mark(l look.Look, x, y, r float64) {
	c := l.Hue
	switch l.Marker {
	case look.Disc:
		p.circle(x, y, r*0.9, c)
	case look.Square:
		p.rect(x-r*0.85, y-r*0.85, 1.7*r, 1.7*r, c)
	case look.Triangle:
		p.polygon([]point{{x, y - 1.1*r}, {x + r, y + 0.8*r}, {x - r, y + 0.8*r}}, c)
	case look.Diamond:
		p.polygon([]point{{x, y - 1.2*r}, {x + 1.2*r, y}, {x, y + 1.2*r}, {x - 1.2*r, y}}, c)
	case look.Wedge:
		p.polygon([]point{{x, y + 1.1*r}, {x - r, y - 0.8*r}, {x + r, y - 0.8*r}}, c)
	case look.Cross:
		p.rect(x-1.1*r, y-0.35*r, 2.2*r, 0.7*r, c)
		p.rect(x-0.35*r, y-1.1*r, 0.7*r, 2.2*r, c)
	case look.Pillar:
		p.rect(x-0.5*r, y-1.2*r, r, 2.4*r, c)
	case look.Beam:
		p.rect(x-1.2*r, y-0.5*r, 2.4*r, r, c)
	}
}

// mix is a to b by share t.
func mix(a, b color.RGBA, t float64) color.RGBA {
	t = math.Min(math.Max(t, 0), 1)
	f := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), f(a.A, b.A)}
}
