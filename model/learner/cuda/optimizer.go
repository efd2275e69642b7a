package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// optimizer updates the weights of a learner.
type optimizer struct {
	l      *Learner
	factor float32
}

func newOptimizer(l *Learner) *optimizer { return &optimizer{l: l} }

func newOptimizerMemory(*memory, *model.Table, learner.Setup) {}

func (o *optimizer) read(q model.Quantity) model.Values {
	v, _ := o.l.values.get(o.l.dev, q)
	return v
}

func (o *optimizer) squares() float64 {
	sum := 0.0
	for _, x := range o.read(model.Gradient).Data {
		sum += float64(x) * float64(x)
	}
	return sum
}

func (o *optimizer) clip(factor float32) {
	g := o.read(model.Gradient)
	for i := range g.Data {
		g.Data[i] *= factor
	}
	o.l.values.put(o.l.dev, model.Gradient, g)
}

func (o *optimizer) step(rates []float64) {
	l := o.l
	p, g, m, v := o.read(model.Weight), o.read(model.Gradient), o.read(model.Moment1), o.read(model.Moment2)
	optim.New(l.setup.Optimizer, compute.Reference{}, l.setup.Growth, m, v, l.steps-1).Step(p, g, rates)
	l.values.put(l.dev, model.Weight, p)
	l.values.put(l.dev, model.Moment1, m)
	l.values.put(l.dev, model.Moment2, v)
	l.roundAll()
}
