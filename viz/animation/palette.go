package animation

import (
	"image"
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// palette is the colours of an animation, which are the same in all its pictures. The first is none: what of a picture
// is as before it.
type palette struct {
	colours color.Palette
	nearest map[color.RGBA]uint8
}

// mostColours is how many a picture may have that spends a byte on a pixel.
const mostColours = 256

// palette is made of what is drawn: edges of letters and lines are between a colour and the paper, cells between a hole
// and the hue of an arm.
func (a Animation) palette() *palette {
	p := &palette{color.Palette{color.RGBA{}}, map[color.RGBA]uint8{}}
	add := func(c color.RGBA) {
		if _, there := p.nearest[c]; !there && len(p.colours) < mostColours {
			p.nearest[c] = uint8(len(p.colours))
			p.colours = append(p.colours, c)
		}
	}
	add(paper)
	for _, c := range append([]color.RGBA{ink, soft, rule, axis, style.Hole, wrong, stuck}, a.hues...) {
		add(c)
	}
	for _, hue := range a.hues {
		for sure := 0.0; sure <= shades; sure++ {
			of255 := uint8(math.Round(255 * sure * sure / (shades * shades))) // even steps of colour
			add(style.Sure(hue, of255, true))
		}
	}
	for _, c := range append([]color.RGBA{ink, soft, stuck, wrong, axis}, a.hues...) {
		for _, share := range []float64{0.2, 0.4, 0.6, 0.8} {
			add(mix(paper, c, share))
		}
	}
	return p
}

// shades is how many steps there are between what a network is sure of and what it knows nothing of.
const shades = 8

// mix is a to b by a share.
func mix(a, b color.RGBA, share float64) color.RGBA {
	f := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*share)) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), 255}
}

// paint is a picture in the colours of the palette, each pixel in the one that is nearest to its own, and nothing
// outside of its round corners.
func (p *palette) paint(img *image.RGBA, corner int) *image.Paletted {
	out := image.NewPaletted(img.Rect, p.colours)
	var last color.RGBA
	index, w, h := p.index(last), img.Rect.Dx(), img.Rect.Dy()
	for y := range h {
		outside := 0
		if d := max(corner-y, y-(h-1-corner)); d > 0 {
			outside = corner - int(math.Sqrt(float64(corner*corner-d*d)))
		}
		from, to := img.Pix[y*img.Stride:], out.Pix[y*out.Stride:]
		for x := outside; x < w-outside; x++ {
			if c := (color.RGBA{from[4*x], from[4*x+1], from[4*x+2], from[4*x+3]}); c != last {
				last, index = c, p.index(c)
			}
			to[x] = index
		}
	}
	return out
}

// dark are the same colours as they are on a dark ground.
func (p *palette) dark() color.Palette {
	out := color.Palette{color.NRGBA{}}
	for _, c := range p.colours[1:] {
		out = append(out, figure.OnDark(c))
	}
	return out
}

// index is the nearest colour.
func (p *palette) index(c color.RGBA) uint8 {
	i, known := p.nearest[c]
	if !known {
		i = uint8(1 + p.colours[1:].Index(c))
		p.nearest[c] = i
	}
	return i
}
