package train

import (
	"math"
	"runtime"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// mostOfClone is how many bytes a clone may take that makes one update to be looked at. In a page every arm may have
// one beside what [experiment.Experiment.Memory] counts.
func mostOfClone() int {
	if runtime.GOARCH == "wasm" {
		return mostInPage
	}
	return 256 << 20
}

const mostInPage = 32 << 20

// lookAtUpdate makes the next update on a clone, and tells everything of one neuron in it, and of its copy.
func (r *Arm) lookAtUpdate(q look.Question) (*look.Update, error) {
	w, due := r.due()
	now := r.learn.Table().Config
	if due {
		if w.Dynamics.Kind == optim.Remapped {
			return nil, unanswered("before the next update a wide network is trained from scratch, to find where its " +
				"learning rate goes on; there is something to see after that")
		}
		now = w.Spec.Config(now)
	}
	if r.exp.Task.Batches() > 1 {
		return nil, decline("an update is the mean of %d batches here; it can be taken apart where it is one batch",
			r.exp.Task.Batches())
	}
	if err := fitsUpdate(now, q, r.exp); err != nil {
		return nil, err
	}
	c, err := r.clone()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if due {
		plan, err := c.plan(w, c.learn.Table())
		if err == nil {
			err = c.enlarge(w, plan, 0)
		}
		if err != nil {
			return nil, decline("the second network, on which the update is made, cannot be widened: %v", err)
		}
	}
	u, err := c.dissect(q)
	if err != nil {
		return nil, decline("the second network, on which the update is made: %v", err)
	}
	u.Widened = due
	return u, nil
}

// fitsUpdate errs where a network has no such neuron, or is too large for a clone.
func fitsUpdate(c model.Config, q look.Question, e experiment.Experiment) error {
	switch most := max(q.Neuron, q.Copy); {
	case q.Expert >= c.Experts:
		return decline("a layer has %d experts, and no expert %d", c.Experts, q.Expert+1)
	case most >= c.Inner:
		return decline("an expert has %d neurons, and no neuron %d", c.Inner, most+1)
	case c.Hidden > look.MaxHidden:
		return decline("a neuron reads %d numbers; of at most %d an update can be shown", c.Hidden, look.MaxHidden)
	case model.FootprintOf(c, e.Task.Batch, e.Task.Seq, e.Recompute).Training() > float64(mostOfClone()):
		return decline("the network is too large for a second one beside it, on which an update can be looked at: "+
			"that may take %d MiB", mostOfClone()>>20)
	}
	return nil
}

// dissect makes the next update and tells everything of one neuron in it, and of its copy.
func (r *Arm) dissect(q look.Question) (*look.Update, error) {
	d, ok := r.learn.(learner.Dissector)
	if !ok {
		return nil, unanswered("this engine does not show an update from inside")
	}
	seq := r.exp.Task.Seq
	r.task.Batch(r.exp.Seed, r.step, seq, r.ids, r.labels)
	pass, err := d.Pass(r.ids, r.labels, q.Layer)
	if err != nil {
		return nil, err
	}
	neurons := []int{q.Neuron}
	if twin := r.twin(q); twin != look.None {
		neurons = append(neurons, twin)
	}
	s := seen{pass: pass, config: r.learn.Table().Config, expert: int32(q.Expert)}
	slot := s.most(q.Neuron)
	u := &look.Update{Token: s.token(slot)}
	if slot >= 0 {
		if err := r.tell(&u.Token, slot/s.config.TopK); err != nil {
			return nil, err
		}
	}
	for _, n := range neurons {
		side := s.side(slot, n)
		for k := range side.Rows {
			if err := r.before(&side.Rows[k], q, k, n); err != nil {
				return nil, err
			}
		}
		u.Sides = append(u.Sides, side)
	}
	loss, _, err := r.train()
	if err != nil {
		return nil, err
	}
	u.Loss, u.NotFinite, u.Rule = float32(loss), r.nonFinite, r.rule(q.Layer)
	for i := range u.Sides {
		side := &u.Sides[i]
		for k := range side.Rows {
			if err := r.after(&side.Rows[k], q, k, side.Neuron, d); err != nil {
				return nil, err
			}
		}
	}
	u.Settle()
	u.Broken, err = r.breaking(q)
	return u, err
}

// breaking is the first neuron of an expert with a weight or a gradient that is no number, [look.None] where all are.
func (r *Arm) breaking(q look.Question) (int, error) {
	first := look.None
	if r.nonFinite == "" {
		return first, nil
	}
	table := r.learn.Table()
	for _, of := range []model.Quantity{model.Gradient, model.Weight} {
		for _, p := range look.Parts {
			t := table.Tensors[table.Find(p, q.Layer)]
			matrix := make([]float32, t.Rows.Size*t.Cols.Size)
			if err := r.learn.Read(of, t.Index, q.Expert, matrix); err != nil {
				return first, err
			}
			for n := range table.Config.Inner {
				if (first == look.None || n < first) && !model.AllFinite(ofNeuron(t, matrix, n)) {
					first = n
				}
			}
		}
	}
	return first, nil
}

// twin is the neuron beside which a question asks for another one, [look.None] where there is none.
func (r *Arm) twin(q look.Question) int {
	if q.Copy != look.Twin {
		return q.Copy
	}
	for _, p := range slices.Backward(r.pairs[model.Inner]) {
		if p.Orig == q.Neuron {
			return p.Copy
		}
	}
	return look.None
}

// tell says which token of the batch a token is, and how well the network knows what comes next.
func (r *Arm) tell(t *look.Token, at int) error {
	seq := r.exp.Task.Seq
	t.Row, t.Position = at/seq, at%seq
	first := max(t.Row*seq, at+1-look.MaxContext)
	t.Symbols = written(r.task, r.ids[first:at+1])
	label := r.labels[at]
	if label < 0 {
		return nil
	}
	t.Label = r.task.Symbol(label)
	for i := range r.labels {
		if i != at {
			r.labels[i] = task.Ignored // the next batch sets all of them
		}
	}
	loss, err := r.learn.Loss(r.ids, r.labels, seq, nil)
	t.Loss = float32(loss)
	return err
}

// rule is the optimizer of a layer's neurons in the update that was just made.
func (r *Arm) rule(layer int) look.Rule {
	o, t := r.exp.Optimizer, float64(r.step)
	rule := look.Rule{Muon: o.Kind == optim.Muon, Updates: r.step, Decay: float32(o.WeightDecay)}
	if rule.Muon {
		table := r.learn.Table()
		gate := table.Tensors[table.Find(model.Gate, layer)]
		rule.Momentum, rule.Scale = float32(o.Momentum), optim.MuonScale(gate.Rows.Size, gate.Cols.Size)
		return rule
	}
	rule.Beta1, rule.Beta2, rule.Eps = float32(o.Beta1), float32(o.Beta2), float32(o.Eps)
	rule.Bias1, rule.Bias2 = float32(1-math.Pow(o.Beta1, t)), float32(1-math.Pow(o.Beta2, t))
	return rule
}

// before reads what a neuron's row of a part has before the update, and which rates its weights have.
func (r *Arm) before(row *look.Row, q look.Question, k, neuron int) (err error) {
	table := r.learn.Table()
	i := table.Find(look.Parts[k], q.Layer)
	row.Tensor = table.Tensors[i].Name(q.Expert)
	for _, v := range []struct {
		of   model.Quantity
		into *[]float32
	}{{model.Weight, &row.Before}, {model.Moment1, &row.M}, {model.Moment2, &row.V}} {
		if *v.into, err = r.row(v.of, i, q.Expert, neuron); err != nil {
			return err
		}
	}
	return nil
}

// after reads what it has afterwards.
func (r *Arm) after(row *look.Row, q look.Question, k, neuron int, d learner.Dissector) (err error) {
	table := r.learn.Table()
	i := table.Find(look.Parts[k], q.Layer)
	for _, v := range []struct {
		of   model.Quantity
		into *[]float32
	}{{model.Weight, &row.After}, {model.Gradient, &row.Gradient}, {model.Moment1, &row.MAfter},
		{model.Moment2, &row.VAfter}} {
		if *v.into, err = r.row(v.of, i, q.Expert, neuron); err != nil {
			return err
		}
	}
	row.Rate = r.ratesOf(table.Tensors[i], q.Expert, neuron)
	direction, err := d.Direction(i, q.Expert)
	if err == nil && direction != nil {
		row.Direction = ofNeuron(table.Tensors[i], direction, neuron)
	}
	return err
}

// row reads one neuron's numbers of a matrix.
func (r *Arm) row(of model.Quantity, tensor, expert, neuron int) ([]float32, error) {
	t := r.learn.Table().Tensors[tensor]
	matrix := make([]float32, t.Rows.Size*t.Cols.Size)
	err := r.learn.Read(of, tensor, expert, matrix)
	return ofNeuron(t, matrix, neuron), err
}

// ofNeuron is the row of a matrix that belongs to a neuron, or the column where its columns are the neurons.
func ofNeuron(t model.Tensor, matrix []float32, neuron int) []float32 {
	rows, cols := t.Rows.Size, t.Cols.Size
	if t.Rows.Axis == model.Inner {
		return append([]float32(nil), matrix[neuron*cols:(neuron+1)*cols]...)
	}
	column := make([]float32, rows)
	for i := range column {
		column[i] = matrix[i*cols+neuron]
	}
	return column
}

// ratesOf are the learning rates that a neuron's weights had in the last update.
func (r *Arm) ratesOf(t model.Tensor, expert, neuron int) []float32 {
	byStage := r.rates
	if r.adapted != nil {
		byStage = r.blockRates
	}
	size := t.Rows.Size * t.Cols.Size
	first := t.Off + expert*size
	matrix := make([]float32, size)
	for _, s := range r.growth.TensorSegments(t) {
		for i := max(s.From, first); i < min(s.To, first+size); i++ {
			matrix[i-first] = float32(byStage[s.Stage])
		}
	}
	return ofNeuron(t, matrix, neuron)
}
