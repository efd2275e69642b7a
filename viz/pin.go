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

// Press is a click or a touch at a place in CSS pixels: on a heading it pins that picture, or brings the stage back; on
// a button of a picture it does what that does. It reports whether it did any of it.
func (v *View) Press(x, y float64) bool {
	if b, ok := v.pressed(point{x / v.zoom, y / v.zoom}); ok {
		b.act(point{x / v.zoom, y / v.zoom})
		return true
	}
	for i := range v.places {
		if !v.fixed() && v.places[i].heading().holds(point{x / v.zoom, y / v.zoom}) {
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
	_, button := v.pressed(v.pointer)
	return v.inside && (button || !v.fixed() &&
		slices.ContainsFunc(v.places, func(p place) bool { return p.heading().holds(v.pointer) }))
}

// fixed reports whether one picture is shown and nothing can take its place by a click.
func (v *View) fixed() bool { return len(v.places) == 1 && v.Pinned() == "" && len(v.Alone()) > 0 }

// headingHeight is the height of a picture's title, which is as wide as the picture and can be clicked on.
const headingHeight = 26

func (p *place) heading() box { return headingOf(p.box) }

func headingOf(b box) box { return box{b.x, b.y - 4, b.w, headingHeight} }

// pinSide is the side of the sign behind a title, and pinRoom what it takes of the width.
const (
	pinSide = 9.0
	pinRoom = pinSide + 12
)

// pinSign draws at the place behind a title what a click on it does: makes the picture larger, or brings the others
// back. It returns where the sign ends.
func (v *View) pinSign(b box, x float64) float64 {
	if v.printed || v.fixed() {
		return x
	}
	hue := faint
	if v.over(headingOf(b)) {
		hue = ink
	}
	x, y := x+10, b.y+4
	if v.size == whole {
		v.pen.segment(point{x, y}, point{x + pinSide, y + pinSide}, 1.5, hue)
		v.pen.segment(point{x, y + pinSide}, point{x + pinSide, y}, 1.5, hue)
		back := "back to the story"
		if len(v.Alone()) > 0 {
			back = "back"
		}
		v.pen.text(back, x+pinSide+6, y+pinSide/2, small, soft, left)
		return x + pinSide + 6 + v.pen.width(back, small)
	}
	// An arrow with a corner at each end.
	const arm = 4
	v.pen.segment(point{x + pinSide, y}, point{x, y + pinSide}, 1.2, hue)
	for _, c := range [2]struct{ x, y, to float64 }{{x + pinSide, y, 1}, {x, y + pinSide, -1}} {
		v.pen.segment(point{c.x, c.y}, point{c.x - arm*c.to, c.y}, 1.4, hue)
		v.pen.segment(point{c.x, c.y}, point{c.x, c.y + arm*c.to}, 1.4, hue)
	}
	return x + pinSide
}
