// Package workload is what the benchmarks let an engine do: whole training steps, and single operations beside what the machine could do
// at most, measured in turns. The same code is compiled natively and for the browser. It knows no peer, and judges nothing.
package workload

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Step is a network at training, one whole update a call: batch, forward, backward, optimizer. It measures no probes and writes no frames.
type Step struct {
	Net   *model.Net
	Opt   *optim.Optimizer
	Batch []Batch // taken in turns

	held  []Batch
	pairs map[model.Axis][]widen.Pair // of the widening
	shape Shape
	rates []float64
	next  int
}

// Batch is one update's symbols and the symbol after each.
type Batch struct{ IDs, Labels []int32 }

// Shape says which network trains on how much.
type Shape struct {
	Name       string
	Model      model.Config // after the widening, if there is one
	Batch, Seq int
	Optimizer  optim.Config
	Widened    model.Axis // the axis on which the network was widened, by 2; "": it was not
}

// learningRate is the learning rate of a measured step. It is small: a network that diverges would calculate with other numbers.
const learningRate = 1e-3

// batches is how many different ones a step takes in turns.
const batches = 8

// Small is the default experiment before the widening.
func Small() Shape {
	e := experiment.Default()
	e.Model.Vocab = e.Vocab()
	return Shape{"default, before Inner 2x", e.Model, e.Task.Batch, e.Task.Seq, e.Optimizer, ""}
}

// Default is the default experiment after Inner 2x.
func Default() Shape { return After(model.Inner) }

// After is the default experiment after it was widened on an axis, by 2.
func After(axis model.Axis) Shape {
	s := Small()
	s.Name, s.Widened = fmt.Sprintf("default, after %s%s 2x", strings.ToUpper(string(axis[:1])), axis[1:]), axis
	s.Model = s.widening().Config(s.Model)
	return s
}

// Muon is the default experiment after Inner 2x, trained by Muon.
func Muon() Shape {
	s := Default()
	s.Name, s.Optimizer.Kind = s.Name+", Muon", optim.Muon
	return s
}

// widening is how a widened network came to its shape.
func (s Shape) widening() widen.Spec {
	return widen.Spec{Axis: s.Widened, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, State: widen.Asymmetric}
}

// Large is a network that no longer fits the caches: 2048 tokens at d 512, f 512, 8 experts.
func Large() Shape {
	s := Default()
	s.Name, s.Batch, s.Seq = "d 512, f 512, 8 experts, 2048 tokens", 8, 256
	m := &s.Model
	m.Hidden, m.Inner, m.Experts, m.Heads, m.KVHeads, m.HeadDim, m.InitStd = 512, 512, 8, 8, 4, 64, 0.02
	return s
}

// Tokens of one update.
func (s Shape) Tokens() int { return s.Batch * s.Seq }

// FLOPs are the matrix-product operations of one update, as model.Count counts them.
func (s Shape) FLOPs() float64 { return model.Count(s.Model, s.Batch, s.Seq).FLOPs }

// New prepares the network of a shape on an engine. A widened one has neurons of two ages, as in an arm, with a learning rate each.
func (s Shape) New(e compute.Engine) (*Step, error) {
	c := s.Model
	parts, _ := s.Widened.Parts() // none where it was not widened
	for _, axis := range parts {
		if axis == model.Inner {
			c.Inner /= 2
		} else {
			c.Hidden /= 2
		}
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	weights, growth, rates, of := model.Init(c, 1), model.NewGrowth(c), []float64{learningRate}, map[model.Axis][]widen.Pair{}
	if len(parts) > 0 {
		plan, err := widen.New(s.widening(), weights.Table, 1)
		if err != nil {
			return nil, err
		}
		weights, growth, rates = plan.Weights(weights), growth.Widen(plan.To.Config), []float64{learningRate, learningRate}
		for _, axis := range parts {
			of[axis] = plan.Pairs(axis)
		}
	}
	step := &Step{Net: model.NewNet(e, weights, s.Batch, s.Seq), pairs: of, shape: s, rates: rates}
	step.Opt = optim.New(s.Optimizer, e, growth, model.NewValues(weights.Table), model.NewValues(weights.Table), 0)
	text := task.Opticks()
	for i := range batches {
		b := Batch{make([]int32, s.Tokens()), make([]int32, s.Tokens())}
		text.Batch(1, i, s.Seq, b.IDs, b.Labels)
		step.Batch = append(step.Batch, b)
	}
	windows := text.Held(experiment.HeldWindows, s.Seq)
	for at := 0; at < len(windows); at += s.Batch {
		b := Batch{make([]int32, s.Tokens()), make([]int32, s.Tokens())}
		for i := range s.Batch {
			from, to := i*s.Seq, (i+1)*s.Seq
			text.Window(windows[min(at+i, len(windows)-1)], b.IDs[from:to], b.Labels[from:to])
		}
		step.held = append(step.held, b)
	}
	return step, nil
}

// Run makes one update and returns its cross-entropy.
func (s *Step) Run() float64 {
	ce := s.Gradients()
	s.Update()
	return ce
}

// Gradients is the first part of an update, and Update the second.
func (s *Step) Gradients() float64 {
	b := s.Batch[s.next]
	s.next = (s.next + 1) % len(s.Batch)
	s.Net.Forward(b.IDs)
	return s.Net.Backward(b.Labels).CE
}

// Update changes the weights by the gradients.
func (s *Step) Update() { s.Opt.Step(s.Net.Weights, s.Net.Grads, s.rates) }

// Probe compares the pairs of the widening, as a run does it.
func (s *Step) Probe() []pairs.Group {
	return pairs.Compare(s.pairs, [model.Quantities]model.Values{s.Net.Weights, s.Net.Grads, s.Opt.M, s.Opt.V}, s.shape.FLOPs())
}

// Held is the mean cross-entropy of the held-out windows of a run, which looks at them every [sim.ProbeEvery] updates.
func (s *Step) Held() float64 {
	sum := 0.0
	for _, b := range s.held {
		s.Net.Forward(b.IDs)
		sum += s.Net.Loss(b.Labels).CE
	}
	return sum / float64(len(s.held))
}

// Rate is the learning rate of all parameters.
func (s *Step) Rate() float64 { return learningRate }

// Shape is what was asked for.
func (s *Step) Shape() Shape { return s.shape }
