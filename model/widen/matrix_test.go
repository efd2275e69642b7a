package widen_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// A network widened in memory and one widened matrix by matrix, in any order, hold the same bits; every matrix draws
// its own numbers.
func TestWideningByMatrixIsWideningTheWhole(t *testing.T) {
	c := model.Config{
		Vocab: 7, Hidden: 6, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, Experts: 3, TopK: 2, Inner: 5,
		NormEps: 1e-6, RopeBase: 10000, InitStd: 0.3, LogitMult: 1, Untied: true,
	}
	old := model.Init(c, 1)
	for _, init := range widen.Inits {
		spec := widen.Spec{Axis: model.Joint, Factor: 2, Init: init, Scale: widen.RMS, OptState: widen.AsymmetricScaled}
		if init == widen.FPRandom {
			spec.Axis, spec.Scale = model.Inner, widen.Unscaled
		}
		plan, err := widen.New(spec, old.Table, 9)
		require.NoError(t, err)
		whole, states := plan.Weights(old), plan.States(old, old)
		for i := range slices.Backward(old.Table.Tensors) {
			x := plan.To.Tensors[i]
			for e := x.Experts - 1; e >= 0; e-- {
				dst := make([]float32, x.Rows.Size*x.Cols.Size)
				plan.Weight(i, e, dst, old.Expert(i, e))
				assert.Equal(t, whole.Expert(i, e), dst, "%s of %s", init, x.Name(e))
				for k := range states {
					clear(dst)
					plan.State(i, dst, old.Expert(i, e), k+1)
					assert.Equal(t, states[k].Expert(i, e), dst, "state %d, %s", k, x.Name(e))
				}
			}
		}
		if init == widen.RandomRandom {
			up := old.Table.Find(model.Up, 0)
			assert.NotEqual(t, whole.Expert(up, 0)[60:], whole.Expert(up, 1)[60:], "experts draw their own numbers")
			again, err := widen.New(spec, old.Table, 10)
			require.NoError(t, err)
			assert.NotEqual(t, whole.Data, again.Weights(old).Data, "another seed gives other numbers")
		}
	}
}
