//go:build linux && amd64

package cuda_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// shapes are networks that differ in all that a learner and its memory depend on.
func shapes() []model.Config {
	c := model.Config{
		Vocab: 13, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 3, TopK: 2, Inner: 5,
		RopeBase: 10000, NormEps: 1e-6, LogitMult: 1, InitStd: 0.2, AuxLossCoef: 0.01, ZLossCoef: 0.001,
	}
	odd, dense, untied, wide := c, c, c, c
	odd.Hidden, odd.HeadDim, odd.Vocab, odd.Layers = 7, 2, 5, 3
	dense.Experts, dense.TopK, dense.NoRouter = 1, 1, true
	untied.Untied, untied.Experts, untied.TopK = true, 5, 5
	untied.Rope = model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 8, Slow: 0.5, Fast: 4, Attention: 1.3}
	wide.LogitMult = 0.5
	wide.Hidden, wide.Inner, wide.Heads, wide.KVHeads, wide.HeadDim, wide.Vocab = 72, 40, 3, 3, 40, 131
	return []model.Config{c, odd, dense, untied, wide}
}

// setup is a network at its beginning.
func setup(c model.Config, kind optim.Kind) learner.Setup {
	w := model.Init(c, 7)
	return learner.Setup{
		Optimizer: optim.Config{Kind: kind, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95},
		Batch:     3, Seq: 10, Growth: model.NewGrowth(c),
		State: learner.State{Weights: w, M: model.NewValues(w.Table), V: model.NewValues(w.Table)},
	}
}

// tokens are ids, and labels that follow from them, of which one in ten does not count.
func tokens(n, vocab int) (ids, labels []int32) {
	ids, labels = make([]int32, n), make([]int32, n)
	x := uint32(12345)
	for i := range ids {
		x = x*1664525 + 1013904223
		ids[i] = int32(x>>16) % int32(vocab)
		labels[i] = (ids[i]*5 + 3) % int32(vocab)
		if i%10 == 9 {
			labels[i] = -100
		}
	}
	return ids, labels
}

func TestWhatIsCountedIsWhatIsTaken(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, lib := open(t, p)
		for i, c := range shapes() {
			for k, kind := range optim.Kinds {
				s := setup(c, kind)
				s.Accumulate, s.Recompute = i%3, (i+k)%2 == 1
				want := cuda.FootprintOf(c, s, p)
				what := fmt.Sprintf("%s, %s, shape %d", p, kind, i)
				l, err := f.New(s)
				require.NoError(t, err)
				assert.Equal(t, want.Total(), float64(lib.Used()), what)
				ids, labels := tokens(30*max(s.Accumulate, 1), c.Vocab)
				_, err = l.Train(ids, labels, []float64{0.01})
				require.NoError(t, err)
				_, err = l.Loss(ids[:30], labels[:30], 5, &learner.Answers{Positions: []int{3, 29}})
				require.NoError(t, err)
				assert.Equal(t, want.Total(), float64(lib.Used()), "%s: nothing more is taken later", what)

				plan, err := widen.New(widen.Spec{Axis: model.Joint, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
					OptState: widen.Copy}, l.Table(), 5)
				require.NoError(t, err)
				most := cuda.WideningMemory(plan, s, p)
				s.Growth = s.Growth.Widen(plan.To.Config)
				lib.Memory(int64(most))
				require.NoError(t, l.Widen(plan, s.Growth), "%s: as much as is said is enough", what)
				lib.Memory(1 << 33)
				want = cuda.FootprintOf(plan.To.Config, s, p)
				assert.Equal(t, want.Total(), float64(lib.Used()), "%s: widened", what)
				require.NoError(t, l.Close())
				require.Zero(t, lib.Used(), what)
			}
		}
	})
}
