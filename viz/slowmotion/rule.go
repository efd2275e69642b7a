package slowmotion

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// of makes a line of the traces.
func (t *teller) of(name, rule, words string, f func(tr *look.Trace) (filled string, value float32)) Line {
	return t.line(name, rule, words, func(i int) (string, float32) { return f(&t.traces[i]) })
}

// trace is a given number of the traces.
func (t *teller) trace(name, words string, f func(tr *look.Trace) float32) Line {
	return t.given(name, words, func(i int) float32 { return f(&t.traces[i]) })
}

// corrected is a moment over its bias correction: as a product with the reciprocal, where the engine has that and all
// digits are wanted.
func (t *teller) corrected(x, by float32) string {
	if t.u.Rule.Rounding.Reciprocal && t.digits == All {
		return t.num(x) + " × " + t.num(1/by)
	}
	return t.num(x) + " / " + t.num(by)
}

// first is the first moment under AdamW.
func (t *teller) first() Stage {
	r := &t.u.Rule
	return Stage{
		Title: "First moment",
		Says: "The optimizer does not follow the gradient itself but a running mean of it: what it remembers. Who " +
			"has no memory begins at 0.",
		Lines: []Line{
			t.trace("g", "the gradient", func(tr *look.Trace) float32 { return tr.Gradient }),
			t.trace("m", "the first moment before", func(tr *look.Trace) float32 { return tr.MBefore }),
			t.of("m′", "β₁ × m + (1 − β₁) × g", "the first moment after", func(tr *look.Trace) (string, float32) {
				return fmt.Sprintf("%s × %s + %s × %s", t.num(r.Beta1), t.arg(tr.MBefore), t.num(1-r.Beta1),
					t.arg(tr.Gradient)), tr.M
			}),
			t.of("a", "m′ / c₁, c₁ = 1 − β₁^t", fmt.Sprintf("corrected for the start of the run; t = %d", r.Updates),
				func(tr *look.Trace) (string, float32) { return t.corrected(tr.M, r.Bias1), tr.MHat }),
		},
	}
}

// second is the second moment under AdamW.
func (t *teller) second() Stage {
	r := &t.u.Rule
	return Stage{
		Title: "Second moment",
		Says: "It remembers a running mean of the squared gradient too. Its root is the usual size of the weight’s " +
			"gradients, and what the first moment is divided by.",
		Lines: []Line{
			t.trace("v", "the second moment before", func(tr *look.Trace) float32 { return tr.VBefore }),
			t.of("v′", "β₂ × v + (1 − β₂) × g × g", "the second moment after", func(tr *look.Trace) (string, float32) {
				return fmt.Sprintf("%s × %s + %s × %s × %s", t.num(r.Beta2), t.num(tr.VBefore), t.num(1-r.Beta2),
					t.arg(tr.Gradient), t.arg(tr.Gradient)), tr.V
			}),
			t.of("b", "v′ / c₂, c₂ = 1 − β₂^t", "corrected in the same way", func(tr *look.Trace) (string, float32) {
				return t.corrected(tr.V, r.Bias2), tr.VHat
			}),
			t.of("root", "√b + ε", "the usual size of its gradients", func(tr *look.Trace) (string, float32) {
				return "√" + t.num(tr.VHat) + " + " + t.num(r.Eps), tr.Root
			}),
		},
	}
}

// adamW is the update under AdamW.
func (t *teller) adamW() Stage {
	return t.moved("Mean over usual size: every weight moves about as far, however large its gradient is.",
		t.of("s", "a / root", "the step: mean over usual size", func(tr *look.Trace) (string, float32) {
			return t.num(tr.MHat) + " / " + t.num(tr.Root), tr.Step
		}))
}

// momentum is the memory that Muon has.
func (t *teller) momentum() Stage {
	r := &t.u.Rule
	return Stage{
		Title: "Momentum",
		Says:  "Muon’s memory: a sum of the gradients so far, older ones counting less. Who has no memory begins at 0.",
		Lines: []Line{
			t.trace("g", "the gradient", func(tr *look.Trace) float32 { return tr.Gradient }),
			t.trace("m", "the momentum before", func(tr *look.Trace) float32 { return tr.MBefore }),
			t.of("m′", "g + μ × m", "the momentum after"+t.once(r.Rounding.FusedMomentum),
				func(tr *look.Trace) (string, float32) {
					return fmt.Sprintf("%s + %s × %s", t.num(tr.Gradient), t.num(r.Momentum), t.arg(tr.MBefore)), tr.M
				}),
			t.of("n", "g + μ × m′", "a step ahead (Nesterov)"+t.once(r.Rounding.FusedMomentum),
				func(tr *look.Trace) (string, float32) {
					return fmt.Sprintf("%s + %s × %s", t.num(tr.Gradient), t.num(r.Momentum), t.arg(tr.M)), tr.Nesterov
				}),
		},
	}
}

// direction is what Muon makes of the whole matrix.
func (t *teller) direction() Stage {
	return Stage{
		Title: "Direction",
		Says: "Muon takes n of all neurons of the expert together, as one matrix, and makes its rows as different as " +
			"they can be, in five steps. Two rows that are equal in every number stay equal even so.",
		Lines: []Line{
			t.trace("n", "of the followed weight", func(tr *look.Trace) float32 { return tr.Nesterov }),
			t.given("|n|", "the length of this half’s row of n", func(i int) float32 { return t.length(i, false) }),
			t.trace("o", "of the followed weight, from the whole matrix",
				func(tr *look.Trace) float32 { return tr.Direction }),
			t.given("|o|", "the length of this half’s row of o", func(i int) float32 { return t.length(i, true) }),
		},
	}
}

// length is that of the row of a half, before Muon makes a direction of the matrix or after.
func (t *teller) length(side int, after bool) float32 {
	row, sum := t.row(side, t.w.Row), 0.0
	for i := range row.Before {
		tr := t.u.Rule.Trace(row, i)
		x := float64(tr.Nesterov)
		if after {
			x = float64(tr.Direction)
		}
		sum += x * x
	}
	return float32(math.Sqrt(sum))
}

// muon is its update.
func (t *teller) muon() Stage {
	return t.moved("The direction, scaled to the size of AdamW’s steps.",
		t.of("s", "k × o", "the step; k = 0.2 × √(longer side of the matrix)", func(tr *look.Trace) (string, float32) {
			return t.num(t.u.Rule.Scale) + " × " + t.arg(tr.Direction), tr.Step
		}))
}

// moved is how the weight moves by a step.
func (t *teller) moved(says string, step Line) Stage {
	r := &t.u.Rule
	return Stage{Title: "Update", Says: says, Lines: []Line{
		step,
		t.of("u", "λ × w + s", "with the weight decay, which pulls every weight to 0"+t.once(r.Rounding.FusedDecay),
			func(tr *look.Trace) (string, float32) {
				return fmt.Sprintf("%s × %s + %s", t.num(r.Decay), t.arg(tr.Before), t.arg(tr.Step)), tr.Total
			}),
		t.of("move", "−η × u", "how far the weight moves; η is its learning rate",
			func(tr *look.Trace) (string, float32) { return t.num(-tr.Rate) + " × " + t.arg(tr.Total), -tr.Move }),
		t.of("w′", "w + move", "the weight after the update", func(tr *look.Trace) (string, float32) {
			return t.num(tr.Before) + " + " + t.arg(-tr.Move), tr.After
		}),
	}}
}

// once says that a line is rounded once, where all digits are wanted.
func (t *teller) once(fused bool) string {
	if fused && t.digits == All {
		return "; product and sum are rounded once, together"
	}
	return ""
}
