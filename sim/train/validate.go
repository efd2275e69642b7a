package train

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// validate measures the validation losses of a frame, counts what the network answers right, and whether all is finite.
func (r *run) validate(f *record.ArmFrame) error {
	seq := r.exp.Task.Seq
	live, err := r.evaluate(r.task.Live(seq), nil)
	if err != nil {
		return err
	}
	f.ValLoss, f.Right, f.Asked, f.Answers = float32(live.loss), live.right, live.asked, live.answers
	sum := live.loss
	if r.step == r.end {
		full := live
		if !r.exp.Task.LiveIsFull() {
			if full, err = r.evaluate(r.task.Full(seq), nil); err != nil {
				return err
			}
		}
		f.FullValLoss, f.Right, f.Asked = float32(full.loss), full.right, full.asked
		sum += full.loss
	}
	if r.nonFinite == "" {
		r.nonFinite, err = r.learn.NotFinite(sum)
	}
	if r.nonFinite == "" && !model.Finite(sum) {
		r.nonFinite = "a loss"
	}
	return err
}

// reading is what a network does on a validation set: its mean cross-entropy, and how many of the labels that count it
// has as its most likely symbol; where the set asks for all there is to know, each of its answers.
type reading struct {
	loss         float64
	right, asked int
	answers      []record.Answer
}

// evaluate reads a validation set. look, unless nil, gets what the network says after every token of it, batch by
// batch.
func (r *run) evaluate(set task.Set, look func(a *learner.Answers)) (v reading, err error) {
	var sum float64
	batch := len(r.ids) / set.Seq
	if look == nil && r.exp.Task.Questions() > 0 {
		v.answers = make([]record.Answer, 0, r.exp.Task.Questions())
	}
	for at := 0; at < set.Rows; at += batch {
		n := min(batch, set.Rows-at)
		for i := range batch {
			ids, labels := r.ids[i*set.Seq:(i+1)*set.Seq], r.labels[i*set.Seq:(i+1)*set.Seq]
			set.Fill(at+min(i, n-1), ids, labels)
			if i >= n {
				for j := range labels {
					labels[j] = task.Ignored // the last batch is filled up; these rows do not count
				}
			}
		}
		r.answers.Positions = r.answers.Positions[:0]
		for i, y := range r.labels[:n*set.Seq] {
			if look != nil || y >= 0 {
				r.answers.Positions = append(r.answers.Positions, i)
			}
		}
		loss, err := r.learn.Loss(r.ids, r.labels, set.Seq, &r.answers)
		if err != nil {
			return v, err
		}
		sum += loss * float64(n)
		v.count(&r.answers, r.labels, r.learn.Table().Config)
		if look != nil {
			look(&r.answers)
		}
	}
	v.loss = sum / float64(set.Rows)
	return v, nil
}

// count adds the answers to labels that count. Of symbols that are as likely the first is the answer; what is no number
// is none.
func (v *reading) count(a *learner.Answers, labels []int32, c model.Config) {
	n := len(a.Positions)
	for i, at := range a.Positions {
		label := labels[at]
		if label < 0 {
			continue
		}
		logits, best := a.Logits[i*c.Vocab:(i+1)*c.Vocab], 0
		for k, x := range logits {
			if x > logits[best] {
				best = k
			}
		}
		right := int32(best) == label && model.Finite(logits[best])
		v.asked++
		if right {
			v.right++
		}
		if v.answers != nil {
			v.answers = append(v.answers, record.Answer{
				Sure: sure(a.Probability(i, int(label), c.Vocab)), Right: right,
				Expert: uint16(a.Experts[((c.Layers-1)*n+i)*c.TopK]),
			})
		}
	}
}

// sure is a probability in 255ths, 0 where it is no number.
func sure(p float64) uint8 {
	if !model.Finite(p) {
		return 0
	}
	return uint8(math.Round(255 * p))
}
