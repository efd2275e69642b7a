package cuda

import (
	"cmp"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// NotFinite implements [learner.Learner].
func (l *Learner) NotFinite(loss float64) (name string, err error) {
	err = l.do(func() error {
		name = l.notFinite(loss)
		return nil
	})
	return name, err
}

func (l *Learner) notFinite(loss float64) string {
	o := l.optimizer
	if name := o.read(model.Weight).NotFinite(); name != "" {
		return name
	}
	if !model.Finite(loss) {
		return cmp.Or(l.notFinitePass(), "a loss")
	}
	if name := o.read(model.Gradient).LastNotFinite(); name != "" {
		return "the gradient of " + name
	}
	if name := o.read(model.Moment1).NotFinite(); name != "" {
		return "the first moment of " + name
	}
	if name := o.read(model.Moment2).NotFinite(); name != "" {
		return "the second moment of " + name
	}
	return ""
}

func (l *Learner) notFinitePass() string {
	x := make([]float32, l.pass.tokens()*l.shape.Hidden)
	for i := range l.shape.Layers + 1 {
		if driver.Get(l.dev, x, l.entering(i)) != nil || model.AllFinite(x) {
			continue
		}
		if i == 0 {
			return "the residual stream before model.layers.0"
		}
		return fmt.Sprintf("the residual stream after model.layers.%d", i-1)
	}
	return ""
}

// BlockRates implements [learner.Learner].
func (l *Learner) BlockRates(into, byStage []float64, adapted []bool) (mean float64, err error) {
	err = l.do(func() error {
		b := optim.NewBlockRates(l.setup.Growth, l.values.table, adapted)
		b.Fill(compute.Reference{}, into, byStage, l.optimizer.read(model.Weight))
		mean = b.Mean
		return nil
	})
	return mean, err
}

// Pairs implements [learner.Learner].
func (l *Learner) Pairs(of map[model.Axis][]widen.Pair, flops float64) (groups []pairs.Group, err error) {
	err = l.do(func() error {
		var v [model.Quantities]model.Values
		for q := range v {
			v[q] = l.optimizer.read(model.Quantity(q))
		}
		groups = pairs.Compare(of, v, flops)
		return nil
	})
	return groups, err
}
