package cuda

import (
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// SetLogits sets how many elements of logits may stand there at once in learners that are made from now on.
func SetLogits(f *Factory, n int) { f.logits = n }

// WideningMemory is the most bytes that the learner of a setup holds at once while it widens by a plan, and afterwards.
// The numbers of the setup's state are not read.
func WideningMemory(p *widen.Plan, s learner.Setup, precision Precision) float64 {
	after := s
	after.Growth = s.Growth.Widen(p.To.Config)
	return float64(wideningMemory(shapeOf(p.From.Config, s, manyLogits), p, precision, s, after))
}
