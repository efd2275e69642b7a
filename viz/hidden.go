package viz

import (
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
)

// hidden are the arms that are left out of the pictures, a bit each. They go on training.
type hidden uint8

var _ [8 - experiment.MaxArms]struct{} // each has a bit

// Hide leaves an arm out of all pictures, or shows it again. The last one that is shown stays.
func (v *View) Hide(arm int, hide bool) {
	h := v.hidden &^ (1 << arm)
	if hide {
		h |= 1 << arm
	}
	if v.rec != nil && int(h) != 1<<len(v.rec.Experiment.Arms)-1 {
		v.hidden = h
		v.leaveHidden()
	}
}

// leaveHidden chooses anew what was chosen of an arm that is no longer shown.
func (v *View) leaveHidden() {
	if c := &v.chosen; c.arm > 0 && v.Hidden(c.arm-1) {
		c.arm = 0
	}
	if s := v.slowly(); v.Hidden(s.arm) {
		q := s.question
		q.Copy = look.Twin // another arm has other copies
		v.follows(v.slowArm(), q)
	}
}

// Hidden reports whether an arm is left out of the pictures.
func (v *View) Hidden(arm int) bool { return v.hidden>>arm&1 == 1 }

// hides reports whether an arm is left out of a picture of a step: every picture asks this of every arm. The one
// network that all arms are until they part is every arm's, and is never left out.
func (v *View) hides(arm, step int) bool { return v.Hidden(arm) && !v.together(arm, step) }

// leavesOut reports whether what belongs to one network is left out, that of one arm or of several that are one.
func (v *View) leavesOut(arms []int) bool {
	return !slices.ContainsFunc(arms, func(i int) bool { return len(arms) > 1 || !v.Hidden(i) })
}

// noneWidened is said where there is no arm to be drawn that is widened on its way.
func (v *View) noneWidened() string {
	if v.hidden != 0 {
		return "No arm that is shown is widened."
	}
	return "No arm is widened."
}

// carried are the arms of another experiment that stay hidden, known again by their names: none where that would be
// all.
func (h hidden) carried(from, to experiment.Experiment) (out hidden) {
	for i := range from.Arms {
		if k := sameArm(from, to, i); k >= 0 && h>>i&1 == 1 {
			out |= 1 << k
		}
	}
	if int(out) == 1<<len(to.Arms)-1 {
		return 0
	}
	return out
}

// sameArm is the arm of another experiment that is known again by its name; −1 where there is none.
func sameArm(from, to experiment.Experiment, arm int) int {
	if arm < 0 || arm >= len(from.Arms) {
		return -1
	}
	return slices.IndexFunc(to.Arms, func(a experiment.Arm) bool { return a.Name == from.Arms[arm].Name })
}
