package viz

import (
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Follow shows what a story does. turned says that it asks for what a chapter speaks of: then no other picture stands
// before its large one any more, and turns, unless empty, is turned as soon as [View.Turn] can.
func (v *View) Follow(s Stage, turns string, turned bool) {
	v.SetStage(s)
	if turned {
		if v.Pinned() != s.Main {
			v.Pin("")
		}
		v.turns = turns
	}
	if v.turns != "" && v.Turn(v.turns) {
		v.turns = ""
	}
}

// Turn turns a control of what is shown, as a story names it: quantity, scale or colouring and its value, or a choice
// of a picture in sight and one of its options, with = between them. It reports whether there is such a one now.
func (v *View) Turn(control string) bool {
	knob, value, _ := strings.Cut(control, "=")
	switch knob {
	case "quantity":
		q := slices.Index(quantities[:], value)
		if q >= 0 {
			v.SetQuantity(record.Quantity(q))
		}
		return q >= 0
	case "scale":
		is := slices.ContainsFunc(Scales, func(c ScaleChoice) bool { return string(c.ID) == value })
		if is {
			v.SetScale(Scale(value))
		}
		return is
	case "colouring":
		is := slices.ContainsFunc(Colourings, func(c ColouringChoice) bool { return string(c.ID) == value })
		if is {
			v.SetColouring(Colouring(value))
		}
		return is
	}
	for _, c := range v.Choices() {
		if option := slices.Index(c.Options, value); c.ID == knob && option >= 0 {
			v.Choose(knob, option)
			if strings.HasPrefix(knob, slowID) {
				v.NewestUpdate() // a story goes through it from its beginning
			}
			return true
		}
	}
	return false
}

// quantities are the names that stories and pages have for what pairs are compared in.
var quantities = [record.Quantities]string{"0", "1", "2", "3"}
