// Package viz draws what a [sim.Record] holds with Ebitengine: the loss, the linked neuron copies, the divergence of their gradients
// and the RMS of the blocks. The page and the desktop program show the same pictures.
//
// It sees frames, reports and records only. It never trains and knows neither HTML nor windows.
package viz

import (
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim"
)

// PaneID names a picture.
type PaneID string

// The pictures.
const (
	Loss       PaneID = "loss"
	Copies     PaneID = "copies"
	Divergence PaneID = "divergence"
	RMS        PaneID = "rms"
)

// Pane is a picture and what people call it.
type Pane struct {
	ID    PaneID `json:"id"`
	Label string `json:"label"`
}

// Panes lists the pictures.
var Panes = []Pane{{Loss, "Loss"}, {Copies, "Neuron copies"}, {Divergence, "Gradient divergence"}, {RMS, "RMS"}}

// refresh is how often the pictures are drawn anew while a run goes on; between, the last ones are shown again.
const refresh = 125 * time.Millisecond

// View draws a record. Places are in CSS pixels; the image it draws on has scale times as many.
type View struct {
	rec      *sim.Record
	step     int // −1 follows the newest
	quantity sim.Quantity
	only     PaneID // one picture alone, or all
	w, h     float64
	pointer  point
	inside   bool

	pen   *pen
	image *ebiten.Image
	drawn time.Time
}

// New draws nothing until it has a record.
func New() *View { return &View{step: -1} }

// SetRecord shows another record, live memory.
func (v *View) SetRecord(r *sim.Record) { v.rec = r }

// SetStep shows the run as it was at a step; −1 follows the newest.
func (v *View) SetStep(step int) { v.step = step }

// SetQuantity compares the pairs in another quantity.
func (v *View) SetQuantity(q sim.Quantity) { v.quantity = q }

// ShowOnly shows one picture alone; the empty name shows all.
func (v *View) ShowOnly(id PaneID) { v.only = id }

// Layout sets the size in device pixels and how many of them make a CSS pixel.
func (v *View) Layout(w, h int, scale float64) {
	if v.pen == nil || v.pen.scale != scale {
		v.pen, v.drawn = newPen(scale), time.Time{}
	}
	if v.image == nil || v.image.Bounds().Dx() != w || v.image.Bounds().Dy() != h {
		if v.image != nil {
			v.image.Deallocate()
		}
		v.image = ebiten.NewImage(max(w, 1), max(h, 1))
		v.w, v.h, v.drawn = float64(w)/scale, float64(h)/scale, time.Time{}
	}
}

// Point says where the pointer is, in CSS pixels, and whether it is over the pictures.
func (v *View) Point(x, y float64, inside bool) { v.pointer, v.inside = point{x, y}, inside }

// Draw shows the pictures. They are drawn anew at most every refresh.
func (v *View) Draw(dst *ebiten.Image, now time.Time) {
	if v.rec == nil || v.image == nil {
		return
	}
	if v.drawn.IsZero() || now.Sub(v.drawn) >= refresh {
		v.drawn = now
		v.render()
	}
	dst.DrawImage(v.image, nil)
}

// box is a place for a picture.
type box struct{ x, y, w, h float64 }

const gap = 18

// render draws the pictures that are chosen into their places.
func (v *View) render() {
	v.image.Fill(paper)
	draw := map[PaneID]func(box){Loss: v.loss, Copies: v.copies, Divergence: v.divergence, RMS: v.rms}
	in := box{gap, gap - 4, v.w - 2*gap, v.h - 2*gap + 4}
	if v.only != "" {
		draw[v.only](in)
	} else {
		// The copies are what the story is about: they get the larger half.
		top := (in.h - gap) * 0.56
		left := (in.w - gap*1.5) * 0.5
		draw[Loss](box{in.x, in.y, left, top})
		draw[Copies](box{in.x + left + gap*1.5, in.y, in.w - left - gap*1.5, top})
		draw[Divergence](box{in.x, in.y + top + gap, left, in.h - top - gap})
		draw[RMS](box{in.x + left + gap*1.5, in.y + top + gap, in.w - left - gap*1.5, in.h - top - gap})
	}
	v.pen.flush(v.image)
}

// at is the step that is shown.
func (v *View) at() int {
	if last := v.rec.Last(); v.step < 0 || v.step > last {
		return last
	}
	return v.step
}
