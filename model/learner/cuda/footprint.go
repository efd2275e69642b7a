package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
)

// Footprint is the memory of a learner on the device, in bytes.
type Footprint struct {
	Weights, Copies, Gradients, Moments float64
	Parts                               [model.ActivationParts]float64 // of activations
	LogitRows                           int                            // of logits that stand there at once
}

// Total is all of it.
func (f Footprint) Total() float64 {
	sum := f.Weights + f.Copies + f.Gradients + f.Moments
	for _, x := range f.Parts {
		sum += x
	}
	return sum
}

// FootprintOf is what a learner of a network takes, before it does: it follows from the same lines that allocate it.
// The numbers of the setup's state are not read, and may be nil.
func FootprintOf(c model.Config, s learner.Setup, p Precision) Footprint {
	t := model.NewTable(c)
	return footprint(shapeOf(c, s, manyLogits), t, p, s)
}

func footprint(s shape, t *model.Table, p Precision, setup learner.Setup) Footprint {
	m := counted(s, t, p, setup)
	of := func(p model.ActivationPart) float64 { return float64(m.of[p].Bytes()) }
	f := Footprint{Weights: of(weightPart), Copies: of(copyPart), Gradients: of(gradientPart),
		Moments: of(moment1Part) + of(moment2Part), LogitRows: s.logitRows()}
	for i := range f.Parts {
		f.Parts[i] = of(model.ActivationPart(i))
	}
	return f
}

// counted is the memory of a learner, counted but not taken.
func counted(s shape, t *model.Table, p Precision, setup learner.Setup) *memory {
	m := newMemory(nil, p)
	newValues(m, t, setup.Optimizer.Kind)
	newActivations(m, s)
	newOptimizerMemory(m, t, setup)
	return m
}
