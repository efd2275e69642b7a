package learner_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
)

const seq = 12

// weights are of a network with opinions: its logits are far apart.
func weights() model.Values {
	w := model.Init(model.Config{
		Vocab: 13, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 3, TopK: 2, Inner: 5,
		RopeBase: 10000, NormEps: 1e-6, LogitMult: 3, InitStd: 0.4,
	}, 7)
	return w
}

func alone(t testing.TB, w model.Values) learner.Learner {
	t.Helper()
	l, err := cpu.Factory{}.New(learner.Setup{
		Optimizer: optim.Config{Kind: optim.AdamW}, Batch: 1, Seq: seq, Growth: model.NewGrowth(w.Table.Config),
		State: learner.State{Weights: w, M: model.NewValues(w.Table), V: model.NewValues(w.Table)},
	})
	require.NoError(t, err)
	return l
}

func written(t testing.TB, w model.Values, prompt []int32, n int, temperature float64, seed uint64) (ids []int32,
	sure []float32) {
	t.Helper()
	g := learner.NewGenerator(alone(t, w), seq, prompt, temperature, seed)
	for range n {
		id, p, err := g.Next()
		require.NoError(t, err)
		ids, sure = append(ids, id), append(sure, p)
	}
	return ids, sure
}

// Held up against the definition: the plain engine reads the last seq symbols anew for each, and the symbol is the
// first up to which the probabilities at that temperature add up to more than the random number.
func TestSymbolsAreDrawnFromWhatTheNetworkSaysAfterThoseBeforeThem(t *testing.T) {
	w := weights()
	for _, temperature := range []float64{0, 0.3, 1, 2} {
		for _, prompt := range [][]int32{{4}, {1, 2, 3}, {5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 3, 4, 5, 6}} {
			ids, sure := written(t, w, prompt, 30, temperature, 5)
			all := slices.Clone(prompt)
			for i, id := range ids {
				seen := all[max(0, len(all)-seq):]
				net := model.NewNet(compute.Reference{}, w, 1, len(seen))
				net.Forward(seen)
				vocab := w.Table.Config.Vocab
				logits := net.Logits()[(len(seen)-1)*vocab:]
				var sum, tempered float64
				for _, x := range logits {
					sum += math.Exp(float64(x))
					tempered += math.Exp(float64(x) / temperature)
				}
				assert.InDelta(t, math.Exp(float64(logits[id]))/sum, sure[i], 1e-4, "at temperature 1")
				if temperature == 0 {
					assert.GreaterOrEqual(t, logits[id]+1e-4, slices.Max(logits), "the most likely")
				} else {
					var rng rand.PCG
					rng.Seed(5, uint64(i))
					u, below := float64(rng.Uint64()>>11)/(1<<53), 0.0
					for _, x := range logits[:id] {
						below += math.Exp(float64(x)/temperature) / tempered
					}
					assert.GreaterOrEqual(t, u, below-1e-4)
					assert.Less(t, u, below+math.Exp(float64(logits[id])/temperature)/tempered+1e-4)
				}
				all = append(all, id)
			}
		}
	}
}

func TestTheSameSeedWritesTheSameAndAnotherSomethingElse(t *testing.T) {
	w := weights()
	first, _ := written(t, w, []int32{1, 2}, 40, 1, 3)
	again, _ := written(t, w, []int32{1, 2}, 40, 1, 3)
	other, _ := written(t, w, []int32{1, 2}, 40, 1, 4)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, other)
	greedy, _ := written(t, w, []int32{1, 2}, 40, 0, 3)
	cold, _ := written(t, w, []int32{1, 2}, 40, 1e-300, 4)
	assert.Equal(t, greedy, cold, "near temperature 0 chance has no say")
}

func TestANetworkWhoseNumbersAreNoneWritesNothing(t *testing.T) {
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		w := weights()
		for i := range w.Data {
			w.Data[i] = x
		}
		for _, temperature := range []float64{0, 1} {
			_, _, err := learner.NewGenerator(alone(t, w), seq, []int32{1}, temperature, 1).Next()
			assert.ErrorContains(t, err, "no number")
		}
	}
}

func TestWritingAllocatesNothing(t *testing.T) {
	g := learner.NewGenerator(alone(t, weights()), seq, []int32{1}, 1, 1)
	assert.Zero(t, testing.AllocsPerRun(40, func() { _, _, _ = g.Next() }))
}
