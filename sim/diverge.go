package sim

import (
	"cmp"
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/model"
)

// doubtful reports whether an update that gave this loss may leave something that is not finite, which [run.notFinite] then looks for. It
// follows from one pass over the gradients.
func (r *run) doubtful(l model.Losses) bool {
	return !Finite(l.CE) || !(r.eng.SumSquares(r.net.Grads.Data) < math.MaxFloat32)
}

// notFinite names the first tensor that holds a NaN or an infinity: of the weights; where a loss is no number of what the last forward pass left;
// of the gradients and of the optimizer's states. It is empty where all is finite.
func (r *run) notFinite(losses ...float64) string {
	if name := r.net.Weights.NotFinite(); name != "" {
		return name
	}
	for _, loss := range losses {
		if !Finite(loss) {
			return cmp.Or(r.net.NotFinite(), "a loss")
		}
	}
	if name := r.net.Grads.LastNotFinite(); name != "" {
		return "the gradient of " + name
	}
	if name := r.opt.M.NotFinite(); name != "" {
		return "the first moment of " + name
	}
	if name := r.opt.V.NotFinite(); name != "" {
		return "the second moment of " + name
	}
	return ""
}

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
