package cpu_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func TestAnUpdateAllocatesNothing(t *testing.T) {
	w := model.Init(model.Config{
		Vocab: 13, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 3, TopK: 2, Inner: 5,
		RopeBase: 10000, NormEps: 1e-6, LogitMult: 1, InitStd: 0.2,
	}, 7)
	const batches, rows, seq = 3, 2, 8
	for _, kind := range optim.Kinds {
		l := cpu.New(learner.Setup{
			Optimizer: optim.Config{Kind: kind, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, Clip: 0.01},
			Batch:     rows, Seq: seq, Accumulate: batches, Growth: model.NewGrowth(w.Table.Config),
			State: learner.State{Weights: w.Clone(), M: model.NewValues(w.Table), V: model.NewValues(w.Table)},
		}, 1)
		ids := make([]int32, batches*rows*seq)
		rates := []float64{0.01}
		assert.Zero(t, testing.AllocsPerRun(3, func() { _, _ = l.Train(ids, ids, rates) }), kind)
	}
}
