package model_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/widen"
)

var headed = model.Config{
	Vocab: 19, Hidden: 12, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, Experts: 4, TopK: 2, Inner: 10,
	NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.05, ZLossCoef: 0.01, InitStd: 0.3, LogitMult: 1,
}

// tokens are random ids and labels.
func tokens(n, vocab int) (ids, labels []int32) {
	rng := rand.New(rand.NewPCG(1, 2))
	ids, labels = make([]int32, n), make([]int32, n)
	for i := range ids {
		ids[i], labels[i] = rng.Int32N(int32(vocab)), rng.Int32N(int32(vocab))
	}
	return ids, labels
}

// An untied head that holds the tied head's factor times the embedding is the same function, and the tied embedding's
// gradient is the sum of its two uses.
func TestUntiedHeadIsTheTiedOneTakenApart(t *testing.T) {
	const mult, batch, seq = 0.5, 2, 7
	c := headed
	c.LogitMult = mult
	tied := model.NewNet(compute.NewCPU(), model.Init(c, 3), batch, seq)
	c.Untied, c.LogitMult = true, 1
	w := model.NewValues(model.NewTable(c))
	copy(w.Data, tied.Weights.Data)
	embed, head := w.Tensor(w.Table.Find(model.Embed, -1)), w.Tensor(w.Table.Find(model.Head, -1))
	for i, x := range embed {
		head[i] = mult * x
	}
	apart := model.NewNet(compute.NewCPU(), w, batch, seq)
	ids, labels := tokens(batch*seq, c.Vocab)
	tied.Forward(ids)
	apart.Forward(ids)
	near(t, "logits", tied.Logits(), apart.Logits(), 1e-6)
	assert.InDelta(t, tied.Backward(labels).Objective, apart.Backward(labels).Objective, 1e-6)
	sum := append([]float32(nil), apart.Grads.Tensor(0)...)
	for i, g := range apart.Grads.Tensor(w.Table.Find(model.Head, -1)) {
		sum[i] += mult * g
	}
	near(t, "gradient of the embedding", tied.Grads.Tensor(0), sum, 1e-6)
	near(t, "gradient of the last norm", tied.Grads.Tensor(tied.Table.Find(model.FinalNorm, -1)),
		apart.Grads.Tensor(w.Table.Find(model.FinalNorm, -1)), 1e-6)
	assert.Equal(t, model.Count(tied.Config, 1, 8).FLOPs, model.Count(c, 1, 8).FLOPs,
		"an embedding that is only looked up multiplies nothing")
}

// An untied head is a fan-in matrix: it carries the factor, and at exactly 2x with everything copied the function
// stays.
func TestWideningWithAnUntiedHeadKeepsTheFunction(t *testing.T) {
	const batch, seq = 2, 7
	c := headed
	c.Untied = true
	old := model.Init(c, 3)
	before := model.NewNet(compute.NewCPU(), old, batch, seq)
	ids, _ := tokens(batch*seq, c.Vocab)
	before.Forward(ids)
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		for _, init := range []widen.Init{widen.CopyCopy, widen.Uneven} {
			plan, err := widen.New(widen.Spec{Axis: axis, Factor: 2, Init: init, Scale: widen.RMS,
				OptState: widen.Copy},
				old.Table, 1)
			require.NoError(t, err)
			assert.Equal(t, 1.0, plan.To.Config.LogitMult)
			after := model.NewNet(compute.NewCPU(), plan.Weights(old), batch, seq)
			after.Forward(ids)
			near(t, string(axis)+" "+string(init), before.Logits(), after.Logits(), 1e-5)
		}
	}
}
