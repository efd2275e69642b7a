// Package workload is what the benchmarks let an engine do: whole training steps, matrix products, elementwise
// operations beside their rooflines, probes of pairs. The same code is compiled natively and for the browser. It
// knows no peer, and judges nothing.
package workload

import (
	"fmt"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Step is a network at training, one whole update a call: batch, forward, backward, optimizer. It measures no probes,
// writes no frames.
type Step struct {
	Shape Shape
	Net   *model.Net
	Opt   *optim.Optimizer
	Batch []Batch // taken in turns

	pairs map[model.Axis][]widen.Pair // of the widening
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

// Rate is the learning rate of a measured step. It is small: a network that diverges would calculate with other
// numbers.
const Rate = 1e-3

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

// Large is a network that no longer fits the caches: 2048 tokens at d 512, f 512, 8 experts.
func Large() Shape {
	s := Default()
	s.Name, s.Batch, s.Seq = "d 512, f 512, 8 experts, 2048 tokens", 8, 256
	m := &s.Model
	m.Hidden, m.Inner, m.Experts, m.Heads, m.KVHeads, m.HeadDim, m.InitStd = 512, 512, 8, 8, 4, 64, 0.02
	return s
}

// widening is how a widened network came to its shape.
func (s Shape) widening() widen.Spec {
	return widen.Spec{Axis: s.Widened, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Asymmetric}
}

// Tokens of one update.
func (s Shape) Tokens() int { return s.Batch * s.Seq }

// FLOPs are the matrix-product operations of one update, as model.Count counts them.
func (s Shape) FLOPs() float64 { return model.Count(s.Model, s.Batch, s.Seq).FLOPs }

// New prepares the network of a shape on an engine. A widened one has neurons of two ages, as in an arm, with a
// learning rate each.
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
	weights, growth := model.Init(c, 1), model.NewGrowth(c)
	step := &Step{Shape: s, pairs: map[model.Axis][]widen.Pair{}, rates: []float64{Rate}}
	if len(parts) > 0 {
		plan, err := widen.New(s.widening(), weights.Table, 1)
		if err != nil {
			return nil, err
		}
		weights, growth, step.rates = plan.Weights(weights), growth.Widen(plan.To.Config), []float64{Rate, Rate}
		for _, axis := range parts {
			step.pairs[axis] = plan.Pairs(axis)
		}
	}
	step.Net = model.NewNet(e, weights, s.Batch, s.Seq)
	step.Opt = optim.New(s.Optimizer, e, growth, model.NewValues(weights.Table), model.NewValues(weights.Table), 0)
	text := task.Opticks()
	for i := range batches {
		b := Batch{make([]int32, s.Tokens()), make([]int32, s.Tokens())}
		text.Batch(1, i, s.Seq, b.IDs, b.Labels)
		step.Batch = append(step.Batch, b)
	}
	return step, nil
}

// Run makes one update and returns its cross-entropy.
func (s *Step) Run() float64 {
	ce := s.Gradients()
	s.Update()
	return ce
}

// Updates are some updates' seconds, of one in the mean, and losses.
type Updates struct {
	Seconds float64
	Losses  []float64
}

// Updates makes n updates.
func (s *Step) Updates(n int) Updates {
	u := Updates{Losses: make([]float64, n)}
	begin := time.Now()
	for i := range u.Losses {
		u.Losses[i] = s.Run()
	}
	u.Seconds = time.Since(begin).Seconds() / float64(n)
	return u
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
