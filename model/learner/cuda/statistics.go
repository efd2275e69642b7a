package cuda

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// NotFinite implements [learner.Learner].
func (l *Learner) NotFinite(loss float64) (name string, err error) {
	err = l.do(func() (err error) {
		name, err = l.notFinite(loss)
		return err
	})
	return name, err
}

// notFinite is asked for seldom: names may be made in vain.
func (l *Learner) notFinite(loss float64) (string, error) {
	left := []named{{"the residual stream before model.layers.0", l.stream(0)}}
	for i := range l.shape.Layers {
		left = append(left, named{fmt.Sprintf("the residual stream after model.layers.%d", i), l.stream(i + 1)})
	}
	return l.optimizer.notFinite(loss, left)
}

// stream is what the last pass left of the residual stream before a layer, or after the last.
func (l *Learner) stream(layer int) driver.Buffer {
	return l.entering(layer).Slice(0, l.pass.tokens()*l.shape.Hidden)
}

// BlockRates implements [learner.Learner].
func (l *Learner) BlockRates(into, byStage []float64, adapted []bool) (mean float64, err error) {
	err = l.do(func() (err error) {
		mean, err = l.optimizer.blockRates(into, byStage, adapted)
		return err
	})
	return mean, err
}

// Pairs implements [learner.Learner].
func (l *Learner) Pairs(of map[model.Axis][]widen.Pair, flops float64) (groups []pairs.Group, err error) {
	err = l.do(func() (err error) {
		groups, err = l.optimizer.compare(of, flops)
		return err
	})
	return groups, err
}
