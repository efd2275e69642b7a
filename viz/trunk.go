package viz

import "github.com/sparkling-lab/sparkling/viz/style"

// shared is how the one network looks that arms are until they part: in no arm's colour.
var shared = style.Style{Hue: ink, Marker: style.Disc}

// oneNetwork is what it is called.
const oneNetwork = "one network"

// trunk reports whether an arm's beginning is that of others too, which wait for it.
func (v *View) trunk(arm int) bool {
	e := v.rec.Experiment
	if arm != e.Trunk() {
		return false
	}
	for i := range e.Arms {
		if e.Waits(i) {
			return true
		}
	}
	return false
}

// together reports whether an arm is still one network with those that wait for it.
func (v *View) together(arm, step int) bool {
	if !v.trunk(arm) || step > v.rec.Experiment.Fork() {
		return false
	}
	for i := range v.rec.Reports {
		if p := &v.rec.Reports[i]; p.Step <= step {
			return false
		}
	}
	return true
}

// styleAt is how an arm's network looks at a step.
func (v *View) styleAt(arm, step int) style.Style {
	if v.together(arm, step) {
		return shared
	}
	return v.styles[arm]
}

// nameAt is what an arm's network is called at a step.
func (v *View) nameAt(arm, step int) string {
	if v.together(arm, step) {
		return oneNetwork
	}
	return v.names[arm]
}
