package model_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// trainedBits is all that some updates leave of a network that recomputes, or of one that does not: its losses, its
// weights and gradients, what it measures, and what is seen inside each layer.
func trainedBits(eng compute.Engine, c model.Config, kind optim.Kind, recompute bool) (bits []uint64) {
	const batch, seq = 6, 50 // no whole number of blocks of rows
	w := model.Init(c, 3)
	ids, labels := tokens(batch*seq, c.Vocab)
	for i := range labels {
		if i%7 == 3 {
			labels[i] = -100
		}
	}
	newNet := model.NewNet
	if recompute {
		newNet = model.NewRecomputing
	}
	net := newNet(eng, w, batch, seq)
	net.MeasureRMS = true
	opt := optim.New(optim.Config{Kind: kind, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95},
		eng, model.NewGrowth(c), model.NewValues(w.Table), model.NewValues(w.Table), 0)
	f64 := func(x ...float64) {
		for _, v := range x {
			bits = append(bits, math.Float64bits(v))
		}
	}
	f32 := func(x []float32) {
		for _, v := range x {
			bits = append(bits, uint64(math.Float32bits(v)))
		}
	}
	for range 2 {
		net.Forward(ids)
		l := net.Backward(labels)
		f64(l.CE, l.Aux, l.ZLoss, l.Objective)
		opt.Step(net.Weights, net.Grads, []float64{1e-2})
		net.WeightsChanged()
	}
	f32(net.Weights.Data)
	f32(net.Grads.Data)
	net.Forward(ids)
	l := net.Loss(labels)
	f64(l.CE, l.Objective)
	for _, r := range net.RMS {
		f32([]float32{r.In, r.Out})
	}
	load := make([]float32, c.Layers*c.Experts)
	net.ExpertLoad(load)
	f32(load)
	for l := range c.Layers {
		if !net.Recall(l) {
			panic("what a layer computed is gone")
		}
		f32(net.ResidualMid(l))
		f32(net.Residual(l))
		f32(net.AttentionProbs(l))
		f32(net.ExpertHidden(l))
	}
	places := []int{0, 7, batch*seq - 1, 7}
	logits := make([]float32, len(places)*c.Vocab)
	net.LogitsAt(places, logits)
	f32(logits)
	_, pass := net.Pass(labels, 0)
	for _, x := range [][]float32{pass.In, pass.Weights, pass.Gate, pass.Up, pass.Hidden, pass.DOut, pass.DHidden,
		pass.DGate, pass.DUp, net.Grads.Data} {
		f32(x)
	}
	rows := batch * seq / 10
	sure := make([]float32, rows)
	at, loss := net.Ask(ids, labels[:rows], 10, sure)
	f32(sure[:len(at)])
	f64(loss)
	net.ForwardRows(ids, 10)
	f64(net.Loss(labels).CE)
	return bits
}

// A network that keeps only what enters its layers, and computes the rest again, gives the bits of one that keeps all:
// whatever its optimizer, its experts, its head and its threads, and also where its vocabulary is so large that logits
// are there in parts.
func TestRecomputingChangesNoBit(t *testing.T) {
	plain, dense, untied := shape(47, 12, 3, 4, 2, 6, 4, 10), shape(47, 12, 3, 2, 1, 6, 1, 10),
		shape(47, 12, 2, 4, 2, 6, 4, 10)
	dense.TopK, untied.Untied, plain.LogitMult = 1, true, 0.5
	large, both := shape(3607, 12, 2, 4, 2, 6, 4, 10), shape(3607, 12, 2, 4, 2, 6, 4, 10)
	large.LogitMult, both.Untied = 0.7, true
	other := plain
	other.Variant = model.Variant{QKNorm: model.ByProjection, QKVBias: true, PostNorm: true, RawTopK: true}
	without := dense
	without.Variant = model.Variant{QKNorm: model.NoNorm, NoRouter: true,
		Rope: model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 16, Slow: 1, Fast: 32, Attention: 1.1}}
	for name, c := range map[string]model.Config{
		"experts": plain, "dense": dense, "untied": untied, "a vocabulary": large, "a vocabulary, untied": both,
		"another family": other, "without norms and a router": without,
	} {
		for _, kind := range optim.Kinds {
			if kind == optim.Muon && c.Vocab > 1000 {
				continue // AdamW updates the head whatever the kind
			}
			want := trainedBits(compute.NewCPU(), c, kind, false)
			for _, threads := range []int{1, 3}[min(1, c.Vocab/1000):] {
				eng := compute.NewThreaded(threads)
				eng.SetThreads(threads)
				eng.MinWork = 1 << 12
				got := trainedBits(eng, c, kind, true)
				assert.True(t, slices.Equal(want, got), "%s, %s, %d threads", name, kind, threads)
			}
		}
	}
	assert.True(t, slices.Equal(trainedBits(compute.Reference{}, plain, optim.AdamW, false),
		trainedBits(compute.Reference{}, plain, optim.AdamW, true)), "by the plain engine")
}

func TestRecomputingAllocatesNothing(t *testing.T) {
	c := shape(3607, 12, 2, 4, 2, 6, 4, 10)
	net := model.NewRecomputing(compute.NewCPU(), model.Init(c, 5), 6, 50)
	ids, labels := tokens(300, c.Vocab)
	step := func() { net.Forward(ids); net.Backward(labels) }
	step()
	assert.Nil(t, net.Logits(), "they are there in parts")
	assert.Zero(t, testing.AllocsPerRun(5, step))
}

// What a layer computed cannot be computed again once weights have changed, and is not given out as if it could.
func TestWhatWasComputedOfOtherWeightsIsNotComputedAgain(t *testing.T) {
	c := shape(47, 12, 3, 4, 2, 6, 4, 10)
	net := model.NewRecomputing(compute.NewCPU(), model.Init(c, 5), 2, 8)
	ids, labels := tokens(16, c.Vocab)
	net.Forward(ids)
	assert.True(t, net.Recall(0))
	net.Backward(labels)
	net.WeightsChanged()
	assert.True(t, net.Recall(0), "the backward pass ended there")
	assert.False(t, net.Recall(2))
	net.Forward(ids)
	assert.True(t, net.Recall(1))
	net.ForwardRows(ids, 4)
	assert.False(t, net.Recall(1), "rows were shorter")
	all := model.NewNet(compute.NewCPU(), model.Init(c, 5), 2, 8)
	all.Forward(ids)
	all.WeightsChanged()
	assert.True(t, all.Recall(0), "a network that keeps all has it")
}
