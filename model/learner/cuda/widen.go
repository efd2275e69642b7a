package cuda

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Widen implements [learner.Learner]: matrix by matrix through the host, so that the bits are the plan's. While it
// goes on, what there is of the narrow network in one quantity stands beside that of the wide one, of weights and then
// of each moment; all else is given back before, and taken afterwards. Where the device has too little memory for that
// it errs before anything is changed, and the learner is of use.
func (l *Learner) Widen(p *widen.Plan, growth model.Growth) error {
	return l.do(func() error { return l.widen(p, growth) })
}

// widened are the quantities that a widening widens, in order.
var widened = []model.Quantity{model.Weight, model.Moment1, model.Moment2}

func (l *Learner) widen(p *widen.Plan, growth model.Growth) error {
	if err := checkGrowth(growth); err != nil {
		return err
	}
	setup := l.setup
	setup.Growth = growth
	if err := l.fits(p, setup); err != nil {
		return err
	}
	old, oldMemory := l.values, l.memory
	defer oldMemory.releaseAll() // after an error too
	oldMemory.release(copyPart, gradientPart)
	for part := range model.ActivationParts {
		oldMemory.release(part)
	}
	l.setup, l.memory = setup, newMemory(l.dev, l.precision)
	l.values = noValues(l.memory, p.To)
	for _, q := range widened {
		l.values.take(l.memory, q, setup.Optimizer.Kind)
		l.widenQuantity(p, old, q)
		if err := l.dev.Wait(); err != nil {
			return err
		}
		oldMemory.release(valueParts[q])
	}
	l.values.take(l.memory, model.Gradient, setup.Optimizer.Kind)
	l.values.takeCopies(l.memory)
	l.layActivations(p.To)
	l.dev.Zero(l.values.of[model.Gradient])
	l.roundAll()
	return l.dev.Wait()
}

// widenQuantity widens all matrices of weights, or of a moment.
func (l *Learner) widenQuantity(p *widen.Plan, old *values, q model.Quantity) {
	for i, from := range p.From.Tensors {
		if !old.there(q, i) {
			continue
		}
		to := p.To.Tensors[i]
		src, dst := make([]float32, from.Rows.Size*from.Cols.Size), make([]float32, to.Rows.Size*to.Cols.Size)
		for e := range from.Experts {
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
	need := wideningMemory(l.shape, p, l.precision, l.setup, setup)
	there := l.dev.Free() + l.memory.bytes()
	if need > there {
		return fmt.Errorf("the GPU has too little memory to widen the network there: it needs %d bytes, and %d are "+
			"free or the network's", need, there)
	}
	return nil
}

// wideningMemory is the most that is held at once while a learner of a shape widens, and afterwards.
func wideningMemory(s shape, p *widen.Plan, precision Precision, before, after learner.Setup) int64 {
	now := counted(s, p.From, precision, before)
	s.Config = p.To.Config
	then := counted(s, p.To, precision, after)
	held, most := int64(0), then.bytes()
	for _, q := range widened {
		held += now.of[valueParts[q]].Bytes()
	}
	for _, q := range widened {
		held += then.of[valueParts[q]].Bytes()
		most = max(most, held)
		held -= now.of[valueParts[q]].Bytes()
	}
	return most
}
