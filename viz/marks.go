package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim"
)

// The colours: dark words on white, hues that colour-blind readers can tell apart, grey for what is locked.
var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{32, 38, 46, 255}
	soft  = color.RGBA{96, 105, 117, 255}
	rule  = color.RGBA{229, 232, 236, 255}
	faint = color.RGBA{190, 196, 204, 255}
	stuck = color.RGBA{126, 133, 143, 255}
)

// mark is how an arm looks: hue, dash and marker, so that no single one of them has to be seen.
type mark struct {
	hue   color.RGBA
	dash  []float64
	shape func(p *pen, x, y, r float64, c color.RGBA)
}

func disc(p *pen, x, y, r float64, c color.RGBA) { p.circle(x, y, r*0.9, c) }
func square(p *pen, x, y, r float64, c color.RGBA) {
	p.rect(x-r*0.85, y-r*0.85, 1.7*r, 1.7*r, c)
}
func triangle(p *pen, x, y, r float64, c color.RGBA) {
	p.polygon([]point{{x, y - 1.1*r}, {x + r, y + 0.8*r}, {x - r, y + 0.8*r}}, c)
}
func diamond(p *pen, x, y, r float64, c color.RGBA) {
	p.polygon([]point{{x, y - 1.2*r}, {x + 1.2*r, y}, {x, y + 1.2*r}, {x - 1.2*r, y}}, c)
}
func wedge(p *pen, x, y, r float64, c color.RGBA) {
	p.polygon([]point{{x, y + 1.1*r}, {x - r, y - 0.8*r}, {x + r, y - 0.8*r}}, c)
}

var marks = map[string]mark{
	"small":      {color.RGBA{120, 127, 137, 255}, []float64{1.5, 2.5}, disc},
	"copy":       {color.RGBA{196, 92, 0, 255}, []float64{5, 3}, square},
	"asymmetric": {color.RGBA{0, 101, 178, 255}, []float64{7, 2.5, 1.5, 2.5}, triangle},
	"sparkling":  {color.RGBA{0, 128, 96, 255}, nil, diamond},
	"drop":       {color.RGBA{158, 84, 134, 255}, []float64{2.5, 2}, wedge},
}

var other = mark{color.RGBA{110, 92, 160, 255}, []float64{9, 2, 2, 2}, square}

// markOf is the look of an arm's treatment.
func markOf(a sim.Arm) mark {
	if t, ok := sim.TreatmentOf(a); ok {
		if m, ok := marks[t.ID]; ok {
			return m
		}
	}
	return other
}

// mix is a to b by share t.
func mix(a, b color.RGBA, t float64) color.RGBA {
	t = math.Min(math.Max(t, 0), 1)
	f := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), f(a.A, b.A)}
}

// Hue is the colour of an arm, wherever its name is written.
func Hue(a sim.Arm) color.RGBA { return markOf(a).hue }
