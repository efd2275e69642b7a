package cuda

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Loss implements [learner.Learner].
func (l *Learner) Loss(ids, labels []int32, seq int, answers *learner.Answers) (loss float64, err error) {
	err = l.do(func() error {
		loss, err = l.lossOf(ids, labels, seq)
		if err == nil && answers != nil {
			err = l.answer(answers)
		}
		return err
	})
	if err == nil && answers != nil {
		err = l.tell(answers)
	}
	return loss, err
}

// lossOf runs sequences of seq tokens forwards, and returns the mean cross-entropy.
func (l *Learner) lossOf(ids, labels []int32, seq int) (float64, error) {
	driver.Put(l.dev, l.act.ids, ids)
	driver.Put(l.dev, l.act.labels, labels)
	p := l.batch(0)
	p.batch, p.seq = len(ids)/seq, seq
	l.begins(p)
	l.forward()
	l.objective(0)
	err := driver.Get(l.dev, l.host[:l.at.size], l.pass.sums)
	return l.at.losses(l.host, l.shape.Config, l.pass.tokens(), valid(labels)).CE, err
}

// Ask implements [learner.Learner]. Every row is computed by itself, whatever it has in common with others.
func (l *Learner) Ask(ids, labels []int32, seq int, a *learner.Answers) (loss float64, err error) {
	rows := min(len(ids)/seq, l.shape.tokens()/seq)
	a.Positions = a.Positions[:0]
	for row := range rows {
		a.Positions = append(a.Positions, row*seq+seq-1)
	}
	a.Sure = slices.Grow(a.Sure[:0], rows)[:rows]
	last := make([]int32, rows*seq) // labels of all tokens
	for i := range last {
		last[i] = -1
	}
	for row, at := range a.Positions {
		last[at] = labels[row]
	}
	err = l.do(func() error {
		if loss, err = l.lossOf(ids[:len(last)], last, seq); err != nil {
			return err
		}
		lost := make([]float32, len(last))
		if err := driver.Get(l.dev, lost, l.act.loss); err != nil {
			return err
		}
		for row, at := range a.Positions {
			a.Sure[row] = float32(math.Exp(-float64(lost[at])))
		}
		return l.answer(a)
	})
	if err == nil {
		err = l.tell(a)
	}
	return loss, err
}

// answer fills what the routers of the last pass decided about some of its tokens.
func (l *Learner) answer(a *learner.Answers) error {
	c, n, places := l.shape.Config, l.pass.tokens(), a.Positions
	a.Fit(c)
	prob, weight := make([]float32, n*c.Experts), make([]float32, l.pass.slots)
	choice := make([]int32, l.pass.slots)
	for layer := range l.act.layers {
		w := &l.act.layers[layer]
		_ = driver.Get(l.dev, prob, w.prob)
		_ = driver.Get(l.dev, weight, w.weight)
		if err := driver.Get(l.dev, choice, w.choice); err != nil {
			return err
		}
		meanRouter(a.Router[layer*c.Experts:(layer+1)*c.Experts], prob, places)
		for i, at := range places {
			from := (layer*len(places) + i) * c.TopK
			copy(a.Experts[from:from+c.TopK], choice[at*c.TopK:])
			copy(a.RouterWeights[from:from+c.TopK], weight[at*c.TopK:])
		}
	}
	return nil
}

// tell gives the logits of the last pass at some of its tokens, on the goroutine of who asks.
func (l *Learner) tell(a *learner.Answers) (err error) {
	a.Tell(a.Positions, func(places []int, into []float32) {
		if err == nil {
			err = l.do(func() error { return l.logitsAt(places, into) })
		}
	})
	return err
}

// meanRouter sets mean (E) to that of the probabilities (N, E) at some places.
func meanRouter(mean, prob []float32, places []int) {
	for e := range mean {
		sum := 0.0
		for _, t := range places {
			sum += float64(prob[t*len(mean)+e])
		}
		mean[e] = float32(sum / float64(len(places)))
	}
}

// logitsAt reads the logits of some tokens of the last pass.
func (l *Learner) logitsAt(places []int, into []float32) error {
	c, z := &l.shape, l.act
	some := z.dys // as wide, and of use to the backward alone
	for from := 0; from < len(places); {
		rows := min(c.logitRows(), len(places)-from)
		for i, at := range places[from : from+rows] {
			l.dev.Copy(some.From(i*some.ld), z.xn.Slice(at*z.xn.ld, (at+1)*z.xn.ld))
		}
		l.project(some, rows)
		part := into[from*c.Vocab : (from+rows)*c.Vocab]
		if err := driver.Get(l.dev, part, z.logits.Buffer); err != nil {
			return err
		}
		if c.LogitMult != 1 {
			for i := range part {
				part[i] *= float32(c.LogitMult)
			}
		}
		from += rows
	}
	return nil
}

// Measured implements [learner.Learner].
func (l *Learner) Measured() ([]model.BlockRMS, []float32, error) {
	c := l.shape.Config
	load := make([]float32, c.Layers*c.Experts)
	of := l.host[l.pass.last*l.at.size:]
	for i := range load {
		load[i] = float32(l.at.load(of, i/c.Experts, i%c.Experts))
	}
	return l.at.blocks(of, c, l.pass.tokens()), load, l.dev.Err()
}
