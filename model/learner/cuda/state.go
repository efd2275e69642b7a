package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// State implements [learner.Learner].
func (l *Learner) State() (s learner.State, err error) {
	err = l.do(func() error {
		s, err = l.state()
		return err
	})
	return s, err
}

func (l *Learner) state() (learner.State, error) {
	s := learner.State{Steps: l.steps}
	for q, into := range map[model.Quantity]*model.Values{
		model.Weight: &s.Weights, model.Moment1: &s.M, model.Moment2: &s.V,
	} {
		var err error
		if *into, err = l.values.get(l.dev, q); err != nil {
			return learner.State{}, err
		}
	}
	return s, nil
}

// Read implements [learner.Learner].
func (l *Learner) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if err := learner.CheckMatrix(l.Table(), q, tensor, expert, len(into)); err != nil {
		return err
	}
	return l.do(func() error {
		if !l.values.there(q, tensor) {
			clear(into)
			return nil
		}
		return driver.Get(l.dev, into, l.values.matrix(q, tensor, expert))
	})
}

// Write implements [learner.Learner]. Second moments of what Muon updates stay zeros, whatever is written.
func (l *Learner) Write(q model.Quantity, tensor, expert int, from []float32) error {
	if err := learner.CheckMatrix(l.Table(), q, tensor, expert, len(from)); err != nil {
		return err
	}
	return l.do(func() error {
		if l.values.there(q, tensor) {
			driver.Put(l.dev, l.values.matrix(q, tensor, expert), from)
		}
		if q == model.Weight {
			l.round(tensor, expert, expert+1)
		}
		return nil
	})
}
