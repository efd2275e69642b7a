package viz

import "time"

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

// Crowded reports whether a place of that size in CSS pixels holds one picture only.
func Crowded(w, h float64) bool { return w < 640 || h < 520 }

// draw draws a picture into its box and nowhere else.
func draw(v *View, id PaneID, b box) {
	switch id {
	case Loss:
		v.loss(b)
	case Copies:
		v.copies(b)
	case Divergence:
		v.divergence(b)
	case RMS:
		v.rms(b)
	}
}

// box is a place in CSS pixels.
type box struct{ x, y, w, h float64 }

func (b box) holds(p point) bool { return p.x >= b.x && p.x < b.x+b.w && p.y >= b.y && p.y < b.y+b.h }

// place is where a picture stands and what it last showed.
type place struct {
	pane    PaneID
	box     box
	content content
	drawn   time.Time
}

const gap = 18

// arrange gives every picture that is chosen its place.
func (v *View) arrange() []place {
	in := box{gap, gap - 6, v.w - 2*gap, v.h - 2*gap + 6}
	if v.only != "" {
		return []place{{pane: v.only, box: in}}
	}
	// The copies are what the story is about: they get the larger half.
	top := (in.h - gap) * 0.56
	left := (in.w - gap*1.5) * 0.5
	right := box{in.x + left + gap*1.5, in.y, in.w - left - gap*1.5, top}
	below := in.y + top + gap
	return []place{
		{pane: Loss, box: box{in.x, in.y, left, top}},
		{pane: Copies, box: right},
		{pane: Divergence, box: box{in.x, below, left, in.h - top - gap}},
		{pane: RMS, box: box{right.x, below, right.w, in.h - top - gap}},
	}
}
