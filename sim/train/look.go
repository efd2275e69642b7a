package train

import (
	"errors"
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// look answers a question about the network as it is. No bit of the run depends on it.
func (t *Trainer) look(m Message) [][]byte {
	begin, r := time.Now(), t.run
	a, err := r.answer(m.Question)
	var why unanswered
	var inside learner.Declined
	switch {
	case errors.As(err, &why), errors.As(err, &inside):
		a = look.Answer{Declined: err.Error()}
	case err != nil:
		return t.fail(nil, err)
	}
	a.Question, a.Step = m.Question, r.step
	return [][]byte{Message{Kind: KindLooked, Arm: r.arm, Step: r.step, Ask: m.Ask, Answer: a,
		Took: time.Since(begin)}.Encode()}
}

// unanswered is the error of a network that does not answer, which is of use afterwards.
type unanswered string

func (u unanswered) Error() string { return string(u) }

// decline says in a sentence why a network does not answer.
func decline(format string, of ...any) error { return unanswered(fmt.Sprintf(format, of...)) }

// answer errs where the network does not answer. A mistake of ours in looking must not end what is looked at.
func (r *Arm) answer(q look.Question) (a look.Answer, err error) {
	defer func() {
		if x := recover(); x != nil {
			a, err = look.Answer{}, decline("looking at the network went wrong: %v", x)
		}
	}()
	c := r.learn.Table().Config
	if q.Layer >= c.Layers {
		return a, decline("the network has %d layers, and no layer %d", c.Layers, q.Layer+1)
	}
	switch q.Kind {
	case look.KindUpdate:
		a.Update, err = r.lookAtUpdate(q)
	case look.KindLayer:
		a.Layer, err = r.lookAtLayer(q)
	case look.KindHistograms:
		a.Histograms, err = r.lookAtHistograms(q)
	case look.KindAttention:
		a.Attention, err = r.lookAtAttention(q)
	}
	return a, err
}

// ungraded is why there is no gradient to look at.
const ungraded = "no update was made here yet; a gradient comes with the next one"

// check errs where a quantity is not there.
func (r *Arm) check(q model.Quantity) error {
	if q == model.Gradient && !r.graded {
		return unanswered(ungraded)
	}
	return nil
}

// lookAtLayer reads the matrices of a layer, or the activations of its neurons.
func (r *Arm) lookAtLayer(q look.Question) (*look.LayerValues, error) {
	out := &look.LayerValues{}
	if q.Quantity == look.Activations {
		experts, hidden, err := r.sample(q.Layer)
		if err == nil {
			out.Experts = r.neurons(experts, hidden)
		}
		return out, err
	}
	if err := r.check(q.Quantity); err != nil {
		return nil, err
	}
	left := look.MaxValues
	for i, t := range r.learn.Table().Tensors {
		if t.Layer != q.Layer {
			continue
		}
		if left -= t.Len(); left < 0 {
			return nil, decline("a layer has more than %d weights, which is too much to be shown", look.MaxValues)
		}
		for e := range t.Experts {
			m := look.Matrix{Tensor: t.Name(e), Part: t.Part, Expert: look.None, Rows: t.Rows.Size, Cols: t.Cols.Size,
				Values: make([]float32, t.Rows.Size*t.Cols.Size)}
			if t.Stacked() {
				m.Expert = e
			}
			if err := r.learn.Read(q.Quantity, i, e, m.Values); err != nil {
				return nil, err
			}
			out.Matrices = append(out.Matrices, m)
		}
	}
	return out, nil
}

// sample runs the sequences that networks are compared on, and returns what the neurons of a layer did: of each token
// and choice the expert (N·k), and its neurons (N·k, f).
func (r *Arm) sample(layer int) (experts []int32, hidden []float32, err error) {
	a := learner.Answers{}
	for i := range r.ids {
		a.Positions = append(a.Positions, i)
	}
	r.task.Sample(r.exp.Task.Seq, r.ids, r.labels)
	if _, err = r.learn.Loss(r.ids, r.labels, r.exp.Task.Seq, &a); err != nil {
		return nil, nil, err
	}
	n := len(r.ids) * r.learn.Table().Config.TopK
	hidden, err = learner.Inspect(r.learn, learner.ExpertHidden, layer)
	return a.Experts[layer*n : (layer+1)*n], hidden, err
}

// active is the share of the RMS of an expert's neurons above which one is called active.
const active = 0.1

// neurons sums up the activations of the neurons of every expert.
func (r *Arm) neurons(experts []int32, hidden []float32) []look.Neurons {
	c := r.learn.Table().Config
	out, squares := make([]look.Neurons, c.Experts), make([]float64, c.Experts)
	sums := make([]float64, c.Experts*c.Inner)
	of := func(slot int) []float32 { return hidden[slot*c.Inner : (slot+1)*c.Inner] }
	for slot, e := range experts {
		out[e].Tokens++
		for j, h := range of(slot) {
			x := float64(h)
			sums[int(e)*c.Inner+j] += max(x, -x)
			squares[e] += x * x
		}
	}
	for e := range out {
		x := &out[e]
		x.Mean, x.Active = make([]float32, c.Inner), make([]float32, c.Inner)
		n := float64(max(x.Tokens, 1))
		for j := range c.Inner {
			x.Mean[j] = float32(sums[e*c.Inner+j] / n)
		}
		squares[e] /= n * float64(c.Inner)
	}
	for slot, e := range experts {
		for j, h := range of(slot) {
			if float64(h)*float64(h) > active*active*squares[e] {
				out[e].Active[j] += 1 / float32(out[e].Tokens)
			}
		}
	}
	return out
}

// lookAtAttention reads one head on one of the sequences that networks are compared on.
func (r *Arm) lookAtAttention(q look.Question) (*look.Attention, error) {
	c, seq, rows := r.learn.Table().Config, r.exp.Task.Seq, r.exp.Task.Batch
	switch {
	case q.Head >= c.Heads:
		return nil, decline("the network has %d heads, and no head %d", c.Heads, q.Head+1)
	case q.Sequence >= rows:
		return nil, decline("there are %d sequences, and no sequence %d", rows, q.Sequence+1)
	case seq > look.MaxSeq:
		return nil, decline("a sequence has %d symbols; at most %d can be shown", seq, look.MaxSeq)
	}
	r.task.Sample(seq, r.ids, r.labels)
	if _, err := r.learn.Loss(r.ids, r.labels, seq, nil); err != nil {
		return nil, err
	}
	probs, err := learner.Inspect(r.learn, learner.AttentionProbs, q.Layer)
	if err != nil {
		return nil, err
	}
	at := (q.Sequence*c.Heads + q.Head) * seq * seq
	return &look.Attention{Heads: c.Heads, KVHeads: c.KVHeads, Sequences: rows,
		Symbols: written(r.task, r.ids[q.Sequence*seq:(q.Sequence+1)*seq]), Probs: probs[at : at+seq*seq]}, nil
}

// written are how ids are written.
func written(t task.Task, ids []int32) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = t.Symbol(id)
	}
	return out
}
