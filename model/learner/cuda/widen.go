package cuda

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Widen implements [learner.Learner]: matrix by matrix through the host, so that the bits are the plan's. While it
// goes on, what the narrow network is made of stands beside the wide one's of the same; the rest is taken afterwards.
// Where the device has too little memory for that it errs before anything is changed, and the learner is of use.
func (l *Learner) Widen(p *widen.Plan, growth model.Growth) error {
	return l.do(func() error { return l.widen(p, growth) })
}

func (l *Learner) widen(p *widen.Plan, growth model.Growth) error {
	if err := checkGrowth(growth); err != nil {
		return err
	}
	setup := l.setup
	setup.Growth = growth
	if err := l.fits(p, setup); err != nil {
		return err
	}
	// All but weights and moments goes first.
	old, oldMemory := l.values, l.memory
	for part := range parts {
		if part != weightPart && part != momentPart {
			oldMemory.release(part)
		}
	}
	l.setup, l.memory = setup, newMemory(l.dev, l.precision)
	l.values = newValues(l.memory, p.To, setup.Optimizer.Kind)
	for i, x := range p.From.Tensors {
		l.widenTensor(p, old, i, x)
	}
	err := l.dev.Wait()
	oldMemory.releaseAll()
	if err != nil {
		return err
	}
	l.layActivations(p.To)
	l.dev.Zero(l.values.of[model.Gradient])
	l.roundAll()
	return l.dev.Wait()
}

// widenTensor widens all matrices of a tensor in weights and moments.
func (l *Learner) widenTensor(p *widen.Plan, old *values, i int, from model.Tensor) {
	to := p.To.Tensors[i]
	n, wide := from.Rows.Size*from.Cols.Size, to.Rows.Size*to.Cols.Size
	src, dst := make([]float32, n), make([]float32, wide)
	for e := range from.Experts {
		for _, q := range []model.Quantity{model.Weight, model.Moment1, model.Moment2} {
			if !old.there(q, i) {
				continue
			}
			if driver.Get(l.dev, src, old.matrix(q, i, e)) != nil {
				return
			}
			clear(dst)
			switch q {
			case model.Weight:
				p.Weight(i, e, dst, src)
			case model.Moment1:
				p.State(i, dst, src, 1)
			default:
				p.State(i, dst, src, 2)
			}
			driver.Put(l.dev, l.values.matrix(q, i, e), dst)
		}
	}
}

// fits errs where the device has too little memory for a widening.
func (l *Learner) fits(p *widen.Plan, setup learner.Setup) error {
	now := footprint(l.shape, p.From, l.precision, l.setup)
	s := l.shape
	s.Config = p.To.Config
	then := footprint(s, p.To, l.precision, setup)
	there := float64(l.dev.Free()) + now.Total()
	meanwhile := now.Weights + now.Moments + then.Weights + then.Copies + then.Gradients + then.Moments
	if need := max(meanwhile, then.Total()); need > there {
		return fmt.Errorf("the GPU has too little memory to widen the network there: it needs %.0f bytes, and %.0f "+
			"are free or the network's", need, there)
	}
	return nil
}
