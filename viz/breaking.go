package viz

import (
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// OpenBreaking shows the next update of an arm, which breaks something at a place: of a neuron there, and as soon as it
// is known of the first one that is broken, at the stage that breaks it. Where the place is of no expert, it is the
// busiest of its layer.
func (v *View) OpenBreaking(arm int, at record.Place) {
	if v.rec == nil {
		return
	}
	layer, expert := max(at.Layer, 0), at.Expert
	if at.Layer < 0 {
		layer = v.rec.Experiment.Model.Layers - 1
	}
	if expert < 0 {
		expert = v.busiest(arm, layer)
	}
	v.OpenUpdate(arm, layer, expert, 0, look.Twin)
	v.breaking = true
}

// findBroken turns to the neuron that an update breaks, and then to the stage, if that is waited for and known.
func (v *View) findBroken() {
	if !v.breaking {
		return
	}
	s := v.slowly()
	if v.Pinned() != Update || s.stepped {
		v.breaking = false // the reader is elsewhere
		return
	}
	a, ok := v.slowAnswer()
	switch {
	case !ok || a.Update == nil && a.Declined == "":
	case a.Update != nil && a.Update.Broken != look.None && a.Update.Broken != s.question.Neuron:
		q := s.question
		q.Neuron = a.Update.Broken
		v.follows(s.arm, q)
	default:
		v.breaking = false
		if a.Update != nil {
			v.slowTo(slowmotion.Breaks(a.Update))
		}
	}
}
