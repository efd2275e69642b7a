package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// After an asymmetric reset (Eq. 24) late in a run, a copy's first update under AdamW is of one size, (1−β1)/√(1−β2)
// learning rates, whatever its gradient; under a gradient that stays the same the k-th is of (1−β1^k)/√(1−β2^k). With
// β2 0.95 it is less than half of an update that has settled, and has caught up with the ninth; with 0.999 it is three
// times that, and still is after a hundred. The seminar for teachers derives it.
func TestTheFirstStepOfAnEmptiedStateDependsOnNothingButTheBetas(t *testing.T) {
	const rate = 1e-3
	c := model.Config{Vocab: 5, Hidden: 4, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 2, Experts: 1, TopK: 1, Inner: 4}
	for _, x := range []struct {
		beta2, first, hundredth float64
		caughtUp                int
	}{{0.95, 0.447, 1.003, 9}, {0.999, 3.162, 3.24, 1}} {
		table := model.NewTable(c)
		weights, grads := model.NewValues(table), model.NewValues(table)
		for i := range grads.Data {
			grads.Data[i] = float32(math.Pow(-10, float64(i%7-3))) // of both signs, from 0.001 to 1000
		}
		conf := Config{Kind: AdamW, Beta1: 0.9, Beta2: x.beta2, Eps: 1e-12}
		o := New(conf, compute.Reference{}, model.NewGrowth(c), model.NewValues(table), model.NewValues(table), 100_000)
		caughtUp := 0
		for k := 1; k <= 100; k++ {
			before := append([]float32(nil), weights.Data...)
			o.Step(weights, grads, []float64{rate})
			want := (1 - math.Pow(conf.Beta1, float64(k))) / math.Sqrt(1-math.Pow(x.beta2, float64(k)))
			for i, w := range weights.Data {
				moved := float64(before[i]-w) / rate
				require.InDelta(t, want*math.Copysign(1, float64(grads.Data[i])), moved, 1e-3, "update %d, gradient %g",
					k, grads.Data[i])
			}
			if caughtUp == 0 && want >= 1 {
				caughtUp = k
			}
			switch k {
			case 1:
				assert.InDelta(t, x.first, want, 5e-4, "β2 %g", x.beta2)
			case 100:
				assert.InDelta(t, x.hundredth, want, 5e-3, "β2 %g", x.beta2)
			}
		}
		assert.Equal(t, x.caughtUp, caughtUp, "β2 %g", x.beta2)
	}
}
