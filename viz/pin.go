package viz

import "slices"

// Pin shows one picture alone, whatever the stage is; the empty name brings the stage back.
func (v *View) Pin(id PaneID) {
	if v.pinned != id {
		v.pinned, v.places = id, nil
	}
}

// Pinned is the picture that is shown alone; empty where none is.
func (v *View) Pinned() PaneID {
	if v.rec == nil || !slices.ContainsFunc(PanesOf(v.rec.Experiment), func(p Pane) bool { return p.ID == v.pinned }) {
		return ""
	}
	return v.pinned
}

// Press is a click or a touch at a place in CSS pixels: on a heading it pins that picture, or brings the stage back. It
// reports whether it did either.
func (v *View) Press(x, y float64) bool {
	for i := range v.places {
		if v.places[i].heading().holds(point{x, y}) {
			id := v.places[i].pane
			if v.Pinned() != "" {
				id = ""
			}
			v.Pin(id)
			return true
		}
	}
	return false
}

// Pressable reports whether a click where the pointer is would do anything.
func (v *View) Pressable() bool {
	return v.inside && slices.ContainsFunc(v.places, func(p place) bool { return p.heading().holds(v.pointer) })
}

// headingHeight is the height of a picture's title, which is as wide as the picture and can be clicked on.
const headingHeight = 24

func (p *place) heading() box { return box{p.box.x, p.box.y - 4, p.box.w, headingHeight} }

// pinSide is the side of the sign at the end of a heading, and pinRoom the width that no title may use.
const (
	pinSide = 10.0
	pinRoom = 18.0
)

// pinSign draws at the end of a heading what a click on it does: makes the picture larger, or brings the others back.
func (v *View) pinSign(p *place) {
	hue := faint
	if v.over(p.heading()) {
		hue = ink
	}
	x, y := p.box.x+p.box.w-pinSide-1, p.box.y+3
	if v.Pinned() != "" {
		const back = "back"
		v.pen.text(back, x-6, y+pinSide/2, body, soft, right)
		v.pen.segment(point{x, y}, point{x + pinSide, y + pinSide}, 1.5, hue)
		v.pen.segment(point{x, y + pinSide}, point{x + pinSide, y}, 1.5, hue)
		return
	}
	// Two corners that an arrow joins.
	const arm = 4.5
	v.pen.segment(point{x + pinSide, y}, point{x, y + pinSide}, 1.2, hue)
	for _, c := range [2]struct{ x, y, to float64 }{{x + pinSide, y, 1}, {x, y + pinSide, -1}} {
		v.pen.segment(point{c.x, c.y}, point{c.x - arm*c.to, c.y}, 1.4, hue)
		v.pen.segment(point{c.x, c.y}, point{c.x, c.y + arm*c.to}, 1.4, hue)
	}
}
