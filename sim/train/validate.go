package train

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// validate measures the validation losses of a frame, counts what the network answers right, and whether all is finite.
func (r *Arm) validate(f *record.ArmFrame) error {
	live, err := r.live()
	if err != nil {
		return err
	}
	live.note(f)
	sum := live.loss
	if r.step == r.end {
		full := live
		if !r.exp.Task.LiveIsFull() {
			if full, err = r.evaluate(r.task.Full(r.exp.Task.Seq), nil); err != nil {
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
// has as its most likely symbol; where all there is to know is asked, each of its answers.
type reading struct {
	loss         float64
	right, asked int
	answers      []record.Answer
	experts      experts
}

// note puts what was read of the live validation set into a frame.
func (v *reading) note(f *record.ArmFrame) {
	f.ValLoss, f.Right, f.Asked, f.Answers = float32(v.loss), v.right, v.asked, v.answers
	f.Router, f.Gets = v.experts.router, v.experts.gets
}

// live reads the live validation set, or asks all there is to know, where that can be.
func (r *Arm) live() (reading, error) {
	if r.exp.Task.Questions() == 0 {
		return r.evaluate(r.task.Live(r.exp.Task.Seq), nil)
	}
	if r.questions == nil {
		r.prepare()
	}
	return r.ask()
}

// prepare makes questions of all there is to know: what comes up to the label that counts. Where some are held out, the
// validation loss is of these, and they are asked first.
func (r *Arm) prepare() {
	set, held := r.task.Questions(), r.exp.Task.Split()
	ids, labels := make([]int32, set.Seq), make([]int32, set.Seq)
	for _, first := range []bool{true, false} {
		for row := range set.Rows {
			if (held == nil || held[row]) != first {
				continue
			}
			set.Fill(row, ids, labels)
			at := slices.IndexFunc(labels, func(y int32) bool { return y != task.Ignored })
			r.questions, r.solutions = append(r.questions, ids[:at+1]...), append(r.solutions, labels[at])
			r.answersAt = append(r.answersAt, row)
		}
		if first {
			r.counted = len(r.solutions)
		}
	}
}

// ask asks all questions.
func (r *Arm) ask() (reading, error) {
	all := len(r.solutions)
	v := reading{asked: r.counted, answers: make([]record.Answer, all), experts: r.unread()}
	for at := 0; at < all; {
		end := r.counted
		if at >= end {
			end = all
		}
		n, err := r.askSome(at, end, &v)
		if err != nil {
			return v, err
		}
		at += n
	}
	return v, nil
}

// askSome asks questions from one on, before another, as many as are answered at once, and returns how many.
func (r *Arm) askSome(at, end int, v *reading) (int, error) {
	c, a, all := r.learn.Table().Config, &r.answers, len(r.solutions)
	seq := len(r.questions) / all
	questions, labels := r.questions[at*seq:end*seq], r.solutions[at:end]
	loss, err := r.learn.Ask(questions, labels, seq, a)
	if err != nil {
		return 0, err
	}
	n := len(a.Positions)
	r.add(&v.experts, a, questions, seq, float64(n)/float64(all))
	if at < r.counted {
		v.loss += loss * float64(n) / float64(r.counted)
	}
	chosen := a.Experts[(c.Layers-1)*n*c.TopK:]
	for i := range n {
		right := right(a.Logits[i*c.Vocab:(i+1)*c.Vocab], labels[i])
		if right && at < r.counted {
			v.right++
		}
		v.answers[r.answersAt[at+i]] = record.Answer{
			Sure: in255ths(a.Sure[i]), Right: right, Expert: uint16(chosen[i*c.TopK]),
		}
	}
	return n, nil
}

// in255ths is a probability, 0 where it is no number.
func in255ths(p float32) uint8 {
	if !model.Finite(p) {
		return 0
	}
	return uint8(math.Round(255 * float64(p)))
}

// evaluate reads a validation set. look, unless nil, gets the logits after every token of it, of some after the others.
func (r *Arm) evaluate(set task.Set, look func(logits []float32)) (v reading, err error) {
	var sum float64
	batch, vocab := len(r.ids)/set.Seq, r.learn.Table().Config.Vocab
	v.experts = r.unread()
	r.answers.See = func(from int, logits []float32) {
		v.count(r.answers.Positions[from:], logits, vocab, r.labels)
		if look != nil {
			look(logits)
		}
	}
	defer func() { r.answers.See = nil }()
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
		r.add(&v.experts, &r.answers, r.ids, set.Seq, float64(n)/float64(set.Rows))
	}
	v.loss = sum / float64(set.Rows)
	return v, task.Err(r.task)
}

// count adds the answers to labels that count: logits of the first positions, a vocabulary for each.
func (v *reading) count(positions []int, logits []float32, vocab int, labels []int32) {
	for i := range len(logits) / vocab {
		label := labels[positions[i]]
		if label < 0 {
			continue
		}
		v.asked++
		if right(logits[i*vocab:(i+1)*vocab], label) {
			v.right++
		}
	}
}

// right reports whether a label is the answer. Of symbols that are as likely the first is; what is no number is none.
func right(logits []float32, label int32) bool {
	answer := logits[label]
	for k, x := range logits {
		if x > answer || x == answer && k < int(label) {
			return false
		}
	}
	return model.Finite(answer)
}
