package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// A router whose logits are no numbers chooses all the same: the loss of that choice must not look like a loss.
func TestRouterThatIsNoNumberGivesNoLoss(t *testing.T) {
	c := model.Config{
		Vocab: 11, Hidden: 8, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, Experts: 4, TopK: 1, Inner: 4,
		NormEps: 1e-6, RopeBase: 10000, LBCoef: 0.01, ZCoef: 0.001, InitStd: 0.1, LogitMult: 1,
	}
	for name, eng := range map[string]compute.Engine{"reference": compute.Reference{}, "CPU": compute.NewCPU()} {
		w := model.Init(c, 1)
		route := w.Tensor(w.Table.Find(model.Route, 1))
		for i := range 8 {
			route[i] = float32(math.NaN())
		}
		net := model.NewNet(eng, w, 2, 8)
		net.Forward([]int32{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8})
		loss := net.Loss([]int32{2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9})
		assert.True(t, math.IsNaN(loss.CE), "%s: %v", name, loss)
		assert.True(t, math.IsNaN(loss.Objective), "%s: %v", name, loss)
	}
}
