package story

import (
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// Place is a step of any run by what happens there.
type Place string

// The places, in their order.
const (
	Start    Place = "start"
	Before   Place = "before"   // the last step before the widening
	Widening Place = "widening" // the step at which the arms part
	Fork     Place = "fork"     // the same step, just when they have: the first update as wide is still to come
	Widened  Place = "widened"  // the first step at which the pairs of every arm were measured
	Apart    Place = "apart"    // some steps later, when what was done has had its effect
	End      Place = "end"
)

var places = []Place{Start, Before, Widening, Fork, Widened, Apart, End}

func (p Place) order() int { return slices.Index(places, p) }

// At is the step of a place; −1 where a run has no such place, because it is over before.
func (p Place) At(e experiment.Experiment) int {
	all := 0
	for _, a := range e.Arms {
		if a.Widens() {
			all = max(all, a.Widen[0].Step)
		}
	}
	at := map[Place]int{Start: 0, Before: max(e.Fork()-1, 0), Widening: e.Fork(), Fork: e.Fork(), Widened: all + 1,
		Apart: all + panel.ApartAfter, End: e.Steps}[p]
	if at > e.Steps || at == e.Steps && p != End {
		return -1
	}
	return at
}
