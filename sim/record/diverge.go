package record

import "fmt"

// Diverged is the frame with which an arm ended because something in it was no longer finite, if that is at or before a
// step.
func (r *Record) Diverged(arm, step int) (ArmFrame, bool) {
	if t := r.Tracks[arm]; len(t) > 0 && t[len(t)-1].NotFinite != "" && t[len(t)-1].Step <= step {
		return t[len(t)-1], true
	}
	return ArmFrame{}, false
}

// Lost says in words what first was no number any more; empty where all is finite.
func (f *ArmFrame) Lost() string {
	if f.NotFinite == "" {
		return ""
	}
	return PlaceOf(f.NotFinite).String() + " is no longer a number"
}

// Err is why an arm ended with the frame, nil where all in it is finite.
func (f *ArmFrame) Err() error {
	if f.NotFinite == "" {
		return nil
	}
	return fmt.Errorf("training diverged: %s; a lower learning rate or a smaller factor helps", f.Lost())
}
