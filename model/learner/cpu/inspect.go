package cpu

import (
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
)

// Inspect implements [learner.Inspector].
func (l *Learner) Inspect(what learner.Inside, layer int) ([]float32, error) {
	kept := what == learner.ResidualIn || what == learner.ResidualOut
	if !kept && !l.net.Recall(layer) {
		return nil, learner.Declined{What: what}
	}
	switch what {
	case learner.ResidualIn:
		return slices.Clone(l.net.Residual(layer)), nil
	case learner.ResidualMid:
		return slices.Clone(l.net.ResidualMid(layer)), nil
	case learner.ResidualOut:
		return slices.Clone(l.net.Residual(layer + 1)), nil
	case learner.AttentionProbs:
		return l.net.AttentionProbs(layer), nil
	case learner.ExpertHidden:
		return l.net.ExpertHidden(layer), nil
	}
	return nil, learner.Declined{What: what}
}

// Pass implements [learner.Dissector].
func (l *Learner) Pass(ids, labels []int32, layer int) (model.ExpertPass, error) {
	l.net.Forward(ids)
	_, pass := l.net.Pass(labels, layer)
	return pass, nil
}

// Direction implements [learner.Dissector].
func (l *Learner) Direction(tensor, expert int) ([]float32, error) {
	return l.opt.Direction(l.net.Grads, tensor, expert), nil
}
