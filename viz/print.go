package viz

import (
	"image"
	"math"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
)

// widestPrint is the longest side of a print in device pixels, which every graphics library allows.
const widestPrint = 4096

// Print draws the pictures anew, as they are chosen, with scale device pixels to a CSS pixel or as many as a print may
// have, and without what a pointer points at or could press. It may be called only while the game runs.
func (v *View) Print(scale float64) *image.RGBA {
	w, h := v.w*v.zoom, v.h*v.zoom
	scale = math.Min(scale, widestPrint/math.Max(w, h))
	p := New()
	p.SetRecord(v.rec)
	p.step, p.quantity, p.scale, p.lettering = v.step, v.quantity, v.scale, v.lettering
	p.colouring, p.hidden, p.chosen, p.held, p.looked = v.colouring, v.hidden, v.chosen, v.held, v.looked
	p.overSeeds, p.least = v.overSeeds, v.least
	p.slow = v.slow
	p.stage, p.lone, p.pinned, p.only, p.printed = v.stage, v.lone, v.pinned, v.only, true
	p.Layout(int(w*scale), int(h*scale), scale)
	screen := ebiten.NewImage(1, 1)
	p.Draw(screen, time.Time{})
	out := p.Picture()
	for _, used := range []*ebiten.Image{screen, p.image, p.pen.words.atlas} {
		used.Deallocate()
	}
	p.forget()
	return out
}
