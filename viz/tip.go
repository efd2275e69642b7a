package viz

import (
	"image/color"
	"math"
)

// line is a line of exact values, in the colour of what it is about.
type line struct {
	s     string
	color color.RGBA
}

// over says whether the pointer is in a box.
func (v *View) over(b box) bool { return v.inside && b.holds(v.pointer) }

// under is the place on the x axis under the pointer, and draws a line through it. It is false where the pointer is
// elsewhere.
func (v *View) under(a axes) (float64, bool) {
	if !v.over(a.in) {
		return 0, false
	}
	v.pen.segment(point{v.pointer.x, a.in.y}, point{v.pointer.x, a.in.y + a.in.h}, 1, soft)
	return a.x0 + (v.pointer.x-a.in.x)/a.in.w*(a.x1-a.x0), true
}

// stepUnder is the step under the pointer on an axis of steps, at most the shown one.
func (v *View) stepUnder(a axes, shown int) (int, bool) {
	x, ok := v.under(a)
	return min(int(math.Round(x)), shown), ok
}

// tip writes exact values beside the pointer, over everything else and inside b.
func (v *View) tip(b box, lines []line) { v.beside(b, v.pointer.x, v.pointer.x, lines) }

// beside writes exact values left or right of what they are about, which lies between two places on the x axis and
// stays in sight: on the side that has more room, in lines that fit there.
func (v *View) beside(b box, from, to float64, lines []line) {
	const pitch, inner, clear, least = linePitch, 8, 14, 140
	before, after := from-clear-b.x, b.x+b.w-to-clear
	room := math.Max(math.Max(before, after), least)
	w, folded := 0.0, lines[:0:0]
	for _, l := range lines {
		for _, s := range v.wrap(l.s, room-2*inner) {
			folded = append(folded, line{s, l.color})
			w = math.Max(w, v.pen.width(s, body))
		}
	}
	lines = folded
	w += 2 * inner
	h := float64(len(lines))*pitch + inner
	x := to + clear
	if w > after {
		x = math.Max(from-clear-w, b.x)
	}
	y := math.Max(math.Min(v.pointer.y-h/2, b.y+b.h-h-1), b.y)
	v.pen.lift()
	v.pen.rect(x-1, y-1, w+2, h+2, faint)
	v.pen.rect(x, y, w, h, paper)
	for i, l := range lines {
		v.pen.text(l.s, x+inner, y+inner/2+(float64(i)+0.5)*pitch, body, l.color, left)
	}
	v.pen.lower()
}
