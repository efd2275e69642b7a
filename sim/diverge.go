package sim

import "fmt"

// diverged is why training ended.
func diverged(f ArmFrame) error {
	return fmt.Errorf("training diverged: %s is no longer finite; a lower learning rate or a smaller factor helps", f.NotFinite)
}

// Diverged is the frame with which an arm ended because something in it was no longer finite, if that is at or before a step.
func (r *Record) Diverged(arm, step int) (ArmFrame, bool) {
	if t := r.Tracks[arm]; len(t) > 0 && t[len(t)-1].NotFinite != "" && t[len(t)-1].Step <= step {
		return t[len(t)-1], true
	}
	return ArmFrame{}, false
}
