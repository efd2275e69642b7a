package viz

import (
	"image"
	"image/color"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// heat is numbers as an image, a pixel a number, which is drawn enlarged. It is written anew only where it would be
// another one.
type heat struct {
	image *ebiten.Image
	pix   []byte
	of    any // what it shows, comparable
}

// shows reports whether a heat map has to be written for what it is to show, w pixels wide and h high, and makes room.
func (h *heat) shows(of any, w, height int) bool {
	if h.image != nil && h.image.Bounds() == image.Rect(0, 0, w, height) {
		if h.of == of {
			return false
		}
	} else {
		h.free()
		h.image, h.pix = ebiten.NewImage(w, height), make([]byte, 4*w*height)
	}
	h.of = of
	return true
}

// scaled is the colour of a number on a scale that ends at most; what is not finite is on none.
func scaled(x, most float32) color.RGBA {
	if !record.Finite(x) {
		return style.NoNumber
	}
	return style.Diverging(x / most)
}

// set gives a pixel the colour of a number on a scale that ends at most.
func (h *heat) set(at int, x, most float32) {
	c := scaled(x, most)
	h.pix[4*at], h.pix[4*at+1], h.pix[4*at+2], h.pix[4*at+3] = c.R, c.G, c.B, 255
}

// blank gives a pixel the colour of the ground, for there is no number.
func (h *heat) blank(at int) {
	h.pix[4*at], h.pix[4*at+1], h.pix[4*at+2], h.pix[4*at+3] = quiet.R, quiet.G, quiet.B, 255
}

// write brings the image up to date.
func (h *heat) write() { h.image.WritePixels(h.pix) }

func (h *heat) free() {
	if h.image != nil {
		h.image.Deallocate()
	}
	*h = heat{}
}
