// Package cpu is the learner in this program's memory: model.Net and optim.Optimizer over the engine of model/compute.
// It keeps both promises: *equal rows and columns get equal bits, wherever they lie*, as every learner; and *ascending
// summation, the plain engine's bits*, for any number of threads. No operation lives here, and nothing of what a run
// decides.
package cpu

import (
	"cmp"
	"runtime"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// Factory makes learners on the fastest engine of this build on this machine.
type Factory struct{}

// Engine implements [learner.Factory].
func (Factory) Engine() string { return compute.Platform() }

// New implements [learner.Factory]. It never errs.
func (Factory) New(s learner.Setup) (learner.Learner, error) {
	return New(s, runtime.GOMAXPROCS(0)), nil
}

// Learner implements [learner.Learner]. It never errs but where there is no such matrix.
type Learner struct {
	eng    *compute.Threaded
	setup  learner.Setup // what it began with, or was last widened to; without numbers
	net    *model.Net
	opt    *optim.Optimizer
	blocks *optim.BlockRates // nil until asked for
	sum    []float32         // of the gradients of an update's batches; nil where there is one
}

// New is a learner of up to so many threads. It uses one until [Learner.Threads] says otherwise.
func New(s learner.Setup, threads int) *Learner {
	l := &Learner{eng: compute.NewThreaded(threads), setup: s}
	l.adopt(s.State.Filled())
	return l
}

// adopt makes a state the current one.
func (l *Learner) adopt(s learner.State) {
	measure := l.net != nil && l.net.MeasureRMS
	newNet := model.NewNet
	if l.setup.Recompute {
		newNet = model.NewRecomputing
	}
	l.net = newNet(l.eng, s.Weights, l.setup.Batch, l.setup.Seq)
	l.net.MeasureRMS = measure
	l.opt = optim.New(l.setup.Optimizer, l.eng, l.setup.Growth, s.M, s.V, s.Steps)
	l.blocks, l.setup.State, l.sum = nil, learner.State{}, nil
	if l.setup.Accumulate > 1 {
		l.sum = make([]float32, l.net.Table.Size)
	}
}

// Table implements [learner.Learner].
func (l *Learner) Table() *model.Table { return l.net.Table }

// Threads implements [learner.Learner].
func (l *Learner) Threads(n int) { l.eng.SetThreads(n) }

// Close implements [learner.Learner].
func (l *Learner) Close() error { return nil }

// NotFinite implements [learner.Learner].
func (l *Learner) NotFinite(loss float64) (string, error) { return l.notFinite(loss), nil }

func (l *Learner) notFinite(loss float64) string {
	if name := l.net.Weights.NotFinite(); name != "" {
		return name
	}
	if !model.Finite(loss) {
		return cmp.Or(l.net.NotFinite(), "a loss")
	}
	if name := l.net.Grads.LastNotFinite(); name != "" {
		return "the gradient of " + name
	}
	if name := l.opt.M.NotFinite(); name != "" {
		return "the first moment of " + name
	}
	if name := l.opt.V.NotFinite(); name != "" {
		return "the second moment of " + name
	}
	return ""
}

// Loss implements [learner.Learner].
func (l *Learner) Loss(ids, labels []int32, seq int, answers *learner.Answers) (float64, error) {
	l.net.ForwardRows(ids, seq)
	loss := l.net.Loss(labels).CE
	if answers != nil {
		l.answer(answers, answers.Positions)
	}
	return loss, nil
}

// Ask implements [learner.Learner].
func (l *Learner) Ask(ids, labels []int32, seq int, a *learner.Answers) (float64, error) {
	a.Sure = slices.Grow(a.Sure[:0], len(labels))[:len(labels)]
	places, loss := l.net.Ask(ids, labels, seq, a.Sure)
	a.Positions, a.Sure = a.Positions[:0], a.Sure[:len(places)]
	for row := range places {
		a.Positions = append(a.Positions, row*seq+seq-1)
	}
	l.answer(a, places)
	return loss, nil
}

// answer copies what the last forward pass left at some places.
func (l *Learner) answer(a *learner.Answers, places []int) {
	c := l.net.Config
	a.Fit(c)
	for layer := range c.Layers {
		l.net.MeanRouter(layer, places, a.Router[layer*c.Experts:(layer+1)*c.Experts])
	}
	a.Tell(places, l.net.LogitsAt)
	for i, at := range places {
		for layer := range c.Layers {
			from := (layer*len(a.Positions) + i) * c.TopK
			l.net.Chosen(layer, at, a.Experts[from:from+c.TopK], a.RouterWeights[from:from+c.TopK])
		}
	}
}

// Measure implements [learner.Learner].
func (l *Learner) Measure(on bool) { l.net.MeasureRMS = on }

// Measured implements [learner.Learner].
func (l *Learner) Measured() ([]model.BlockRMS, []float32, error) {
	load := make([]float32, l.net.Config.Layers*l.net.Config.Experts)
	l.net.ExpertLoad(load)
	return slices.Clone(l.net.RMS), load, nil
}

// values are those of all quantities, live memory.
func (l *Learner) values() [model.Quantities]model.Values {
	return [model.Quantities]model.Values{l.net.Weights, l.net.Grads, l.opt.M, l.opt.V}
}

// Pairs implements [learner.Learner].
func (l *Learner) Pairs(of map[model.Axis][]widen.Pair, flops float64) ([]pairs.Group, error) {
	return pairs.Compare(of, l.values(), flops), nil
}

// BlockRates implements [learner.Learner]. It allocates nothing but at the first call after a widening.
func (l *Learner) BlockRates(into, byStage []float64, adapted []bool) (float64, error) {
	if l.blocks == nil {
		l.blocks = optim.NewBlockRates(l.setup.Growth, l.net.Table, slices.Clone(adapted))
	}
	l.blocks.Fill(l.eng, into, byStage, l.net.Weights)
	return l.blocks.Mean, nil
}

// Widen implements [learner.Learner].
func (l *Learner) Widen(p *widen.Plan, growth model.Growth) error {
	states := p.States(l.opt.M, l.opt.V)
	l.setup.Growth = growth
	l.adopt(learner.State{Steps: l.opt.Steps, Weights: p.Weights(l.net.Weights), M: states[0], V: states[1]})
	return nil
}

// State implements [learner.Learner].
func (l *Learner) State() (learner.State, error) {
	return learner.State{Steps: l.opt.Steps, Weights: l.net.Weights.Clone(), M: l.opt.M.Clone(), V: l.opt.V.Clone()},
		nil
}

// Read implements [learner.Learner].
func (l *Learner) Read(q model.Quantity, tensor, expert int, into []float32) error {
	err := learner.CheckMatrix(l.net.Table, q, tensor, expert, len(into))
	if err == nil {
		copy(into, l.values()[q].Expert(tensor, expert))
	}
	return err
}

// Write implements [learner.Learner].
func (l *Learner) Write(q model.Quantity, tensor, expert int, from []float32) error {
	err := learner.CheckMatrix(l.net.Table, q, tensor, expert, len(from))
	if err == nil {
		copy(l.values()[q].Expert(tensor, expert), from)
		l.net.WeightsChanged()
	}
	return err
}
