package viz

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Choice is something about a picture that the reader chooses, on the picture itself or beside it.
type Choice struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Options []string `json:"options"`
	Chosen  int      `json:"chosen"`
}

// Choices are what can be chosen about the pictures that stand on the screen, or would if there were any room.
func (v *View) Choices() []Choice {
	var out []Choice
	places := v.places
	if v.rec != nil && places == nil { // they are about to be drawn
		places = v.arrange()
	}
	for _, p := range places {
		for _, c := range append(v.choicesOf(p.pane), v.besideOf(p.pane)...) {
			if !slices.ContainsFunc(out, func(o Choice) bool { return o.ID == c.ID }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// Choose chooses an option; what is not there changes nothing.
func (v *View) Choose(id string, option int) {
	for _, c := range v.Choices() {
		if c.ID == id && option >= 0 && option < len(c.Options) {
			v.choose(id, option)
		}
	}
}

// chip draws a choice in one line, with a button that goes to the option before at its left and one that goes to the
// next at its right, and returns where it ends.
func (v *View) chip(c Choice, x, y float64) float64 {
	const inner, arrow = 8.0, 18.0
	word := c.Options[c.Chosen]
	w, tall := v.chipWidth(c), v.chipHeight()
	b := box{x, y, w, tall}
	hue := faint
	if v.over(b) {
		hue = soft
		v.pen.rect(b.x, b.y, b.w, b.h, quiet)
	}
	v.rim(b, 1, mix(paper, hue, 0.8))
	v.pen.text(word, x+w/2, y+tall/2, small, ink, center)
	n := len(c.Options)
	middle := y + tall/2
	for _, side := range []float64{-1, 1} {
		at := x + w/2 + side*(w/2-inner-1)
		v.pen.segment(point{at - side*3, middle - 4}, point{at + side, middle}, 1.3, hue)
		v.pen.segment(point{at - side*3, middle + 4}, point{at + side, middle}, 1.3, hue)
	}
	v.button(box{x, y, math.Min(arrow+4, w/2), tall}, func(point) { v.choose(c.ID, (c.Chosen+n-1)%n) })
	v.button(b, func(point) { v.choose(c.ID, (c.Chosen+1)%n) })
	return x + w
}

// chipHeight is the height of a chip: larger where fingers point. What parts rows of them is chipGap.
func (v *View) chipHeight() float64 {
	if Crowded(v.w, v.h) {
		return 30
	}
	return 24
}

const chipGap = 6.0

// chipWidth is that of the widest option, so that nothing moves where another is chosen.
func (v *View) chipWidth(c Choice) float64 {
	w := 0.0
	for _, o := range c.Options {
		w = math.Max(w, v.pen.width(o, small))
	}
	return math.Round(w + 40)
}

// chips draws the choices of a picture at the top of a box and returns the place that is left. Those with one option
// are left out. In print they are words.
func (v *View) chips(b box, choices []Choice) box {
	if v.printed {
		var chosen []string
		for _, c := range choices {
			chosen = append(chosen, c.Options[c.Chosen])
		}
		v.pen.text(v.fitting([]string{strings.Join(chosen, ", ")}, b.w, body), b.x, b.y+6, body, soft, left)
		return box{b.x, b.y + 24, b.w, b.h - 24}
	}
	x, y := b.x, b.y
	for _, c := range choices {
		if len(c.Options) < 2 {
			continue
		}
		if x > b.x && x+v.chipWidth(c) > b.x+b.w {
			x, y = b.x, y+chipGap+v.chipHeight()
		}
		x = v.chip(c, x, y) + 6
	}
	if x == b.x {
		return b
	}
	y += chipGap + v.chipHeight() + 2
	return box{b.x, y, b.w, b.h - (y - b.y)}
}

// button is a place that does something when it is clicked on.
type button struct {
	box box
	act func(at point)
}

// button makes a place of the picture that is being drawn clickable. Of two that cover each other the first counts.
func (v *View) button(b box, act func(at point)) {
	v.placing.buttons = append(v.placing.buttons, button{b, act})
}

// first makes a place clickable that lies on others.
func (v *View) first(b box, act func(at point)) {
	v.placing.buttons = append([]button{{b, act}}, v.placing.buttons...)
}

// pressed is the button at a place, if there is one.
func (v *View) pressed(p point) (button, bool) {
	for i := range v.places {
		for _, b := range v.places[i].buttons {
			if b.box.holds(p) {
				return b, true
			}
		}
	}
	return button{}, false
}

// numbered are the options of a choice among things that have numbers.
func numbered(name string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s %d of %d", name, i+1, n)
	}
	return out
}
