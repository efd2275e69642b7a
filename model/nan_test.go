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
		NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1,
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

// Whatever holds one value that is no number, training must not go on as if nothing were: the loss or a gradient shows
// it.
func TestValueThatIsNoNumberShowsInTheLossOrAGradient(t *testing.T) {
	c := model.Config{
		Vocab: 11, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, Experts: 3, TopK: 2, Inner: 10,
		Untied:  true,
		NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1,
	}
	ids := []int32{0, 2, 3, 4, 5, 6, 7, 8, 0, 2, 3, 4, 5, 6, 7, 8}
	labels := []int32{2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9}
	for name, eng := range map[string]compute.Engine{"reference": compute.Reference{}, "CPU": compute.NewCPU(),
		"eng": compute.NewThreaded(2)} {
		for i := range model.NewTable(c).Tensors {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				for _, at := range []int{0, -1} { // the first and the last value, which a kernel treats apart
					w := model.Init(c, 1)
					x := w.Table.Tensors[i]
					if x.Part == model.Embed && at < 0 {
						continue // of a symbol that the batch does not have
					}
					for e := range x.Experts {
						v := w.Expert(i, e)
						v[(at+len(v))%len(v)] = float32(bad)
					}
					net := model.NewNet(eng, w, 2, 8)
					net.Forward(ids)
					loss := net.Backward(labels)
					shown := math.IsNaN(loss.Objective) || math.IsInf(loss.Objective, 0) || net.Grads.NotFinite() != ""
					assert.True(t, shown, "%s: %s, value %d, is %v: loss %v", name, x.Name(0), at, bad, loss)
				}
			}
		}
	}
}
