package figure

import (
	"image/color"
	"math"

	"github.com/lucasb-eyer/go-colorful"
	"gonum.org/v1/plot/vg"
)

// night draws on a dark ground what is drawn for white paper.
type night struct{ vg.Canvas }

// SetColor implements vg.Canvas.
func (n night) SetColor(c color.Color) { n.Canvas.SetColor(OnDark(c)) }

// OnDark is the colour that does on a dark ground what another does on white: the darker that is, the lighter this,
// with the same hue and opacity. White becomes the dark ground itself, and an order of colours by their lightness, as
// that of the cells of facts, turns round as a whole.
func OnDark(c color.Color) color.NRGBA {
	const ground, most, bend = 0.215, 0.975, 0.75 // lightness of Oklab; dark hues stay dark enough to have a hue
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	full, _ := colorful.MakeColor(color.NRGBA{n.R, n.G, n.B, 255})
	l, a, b := full.OkLab()
	l = ground + (most-ground)*math.Pow(1-min(l, 1), bend)
	out := colorful.OkLab(l, a, b)
	for share := 1.0; share > 0 && !out.IsValid(); share -= 0.02 { // no screen has so much of this hue
		out = colorful.OkLab(l, share*a, share*b)
	}
	n.R, n.G, n.B = out.Clamped().RGB255()
	return n
}
