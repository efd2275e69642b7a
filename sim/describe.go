package sim

import (
	"fmt"
	"math"
	"strings"
)

// Describe says in plain sentences what the pictures show: the step, the losses, and whether the copies are still locked.
func (s *Session) Describe() string { return s.rec.Describe(s.rec.Last(), s.Arms()) }

// Describe says in plain sentences how the arms stood at a step.
func (r *Record) Describe(step int, arms []ArmStatus) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Step %d of %d.", max(step, 0), r.Experiment.Steps)
	for i, a := range r.Experiment.Arms {
		if i < len(arms) && arms[i].State == Failed {
			fmt.Fprintf(&b, " %s", arms[i].Err)
			continue
		}
		if loss, ok := r.HeldAt(i, step); ok {
			fmt.Fprintf(&b, " %s: loss %.3f on %d held-out windows%s", a.Name, loss, HeldWindows, r.lock(i, step))
			if whole, ok := r.Final(i); ok && step >= r.Tracks[i][len(r.Tracks[i])-1].Step {
				fmt.Fprintf(&b, "; loss %.4f on the whole held-out text", whole)
			}
			b.WriteString(".")
		}
		if i < len(arms) && arms[i].Doing != "" {
			fmt.Fprintf(&b, " %s is %s.", a.Name, arms[i].Doing)
		}
	}
	return b.String()
}

// lock says how the pairs of an arm were when they were last measured.
func (r *Record) lock(arm, step int) string {
	f, ok := r.PairsAt(arm, step)
	if !ok {
		return ""
	}
	w, g := f.Summary(Weight), f.Summary(Gradient)
	switch {
	case w.Locked == w.Pairs:
		return fmt.Sprintf(", locked: all %d pairs of originals and copies are identical", w.Pairs)
	case w.Locked > 0:
		return fmt.Sprintf(", %d of %d pairs are still identical", w.Locked, w.Pairs)
	}
	if math.IsNaN(g.Cos) {
		return fmt.Sprintf(", apart: weight cosine %.2f, no gradient at the copies", w.Cos)
	}
	return fmt.Sprintf(", apart: weight cosine %.2f, gradient cosine %.2f", w.Cos, g.Cos)
}

// HeldAt is the newest held-out loss of an arm at or before a step.
func (r *Record) HeldAt(arm, step int) (float32, bool) {
	f, ok := r.newest(arm, step, func(f ArmFrame) bool { return !math.IsNaN(float64(f.Held)) })
	return f.Held, ok
}

// Final is the loss of an arm on the whole held-out part, once it has made its last update.
func (r *Record) Final(arm int) (float32, bool) {
	t := r.Tracks[arm]
	if len(t) == 0 || math.IsNaN(float64(t[len(t)-1].Whole)) {
		return 0, false
	}
	return t[len(t)-1].Whole, true
}

// PairsAt is the newest frame of an arm at or before a step in which pairs were measured.
func (r *Record) PairsAt(arm, step int) (ArmFrame, bool) {
	return r.newest(arm, step, func(f ArmFrame) bool { return len(f.Pairs) > 0 })
}

func (r *Record) newest(arm, step int, has func(ArmFrame) bool) (ArmFrame, bool) {
	t := r.Tracks[arm]
	if _, ended := r.Final(arm); ended {
		step = min(step, t[len(t)-1].Step)
	}
	for i := len(t) - 1; i >= 0; i-- {
		if t[i].Step <= step && has(t[i]) {
			return t[i], true
		}
		if t[i].Step < step-2*ProbeEvery {
			break
		}
	}
	return ArmFrame{}, false
}
