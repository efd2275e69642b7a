package learnertest

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// averaged is a setup whose updates take several batches, and whose gradients are clipped at a norm.
func averaged(kind optim.Kind, batches int, clip float64) learner.Setup {
	s := setup(shape(), kind)
	s.Accumulate, s.Optimizer.Clip = batches, clip
	return s
}

// once makes one update, and returns what it was.
func (s *subject) once() learner.Update {
	s.t.Helper()
	s.data(s.step)
	u, err := s.Train(s.ids, s.labels, s.rates)
	require.NoError(s.t, err)
	require.Empty(s.t, u.NotFinite)
	s.step++
	return u
}

// norm is that of all numbers together.
func norm(v model.Values) float64 {
	sum := 0.0
	for _, x := range v.Data {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// Held against the definition, the mean of what each batch gives alone, and against one batch of as many rows, which is
// the same where no auxiliary loss counts: a load is that of one batch.
func accumulates(t *testing.T, f learner.Factory, tolerance float64) {
	const n = 3
	whole := setup(shape(), optim.AdamW)
	whole.Batch *= n
	one, several := begin(t, f, whole), begin(t, f, averaged(optim.AdamW, n, 0))
	u, v := one.once(), several.once()
	assert.InEpsilon(t, u.CE, v.CE, tolerance)
	assert.InEpsilon(t, u.GradNorm, v.GradNorm, tolerance)
	near(t, one.values(model.Gradient).Data, several.values(model.Gradient).Data, "as of one batch of all rows")

	c := shape()
	c.AuxLossCoef, c.ZLossCoef = 0.5, 0.3
	of := setup(c, optim.AdamW)
	of.Accumulate = n
	several = begin(t, f, of)
	got := several.once()
	want, mean := learner.Update{}, model.NewValues(several.Table())
	for i := range n {
		alone := begin(t, f, setup(c, optim.AdamW))
		k := alone.batch
		u, err := alone.Train(several.ids[i*k:(i+1)*k], several.labels[i*k:(i+1)*k], alone.rates)
		require.NoError(t, err)
		want.CE, want.Aux, want.ZLoss = want.CE+u.CE/n, want.Aux+u.Aux/n, want.ZLoss+u.ZLoss/n
		want.Objective += u.Objective / n
		for j, x := range alone.values(model.Gradient).Data {
			mean.Data[j] += x / n
		}
	}
	near(t, mean.Data, several.values(model.Gradient).Data, "the mean of what each gives alone")
	assert.InEpsilon(t, norm(mean), got.GradNorm, tolerance)
	for _, x := range [][2]float64{{want.CE, got.CE}, {want.Aux, got.Aux}, {want.ZLoss, got.ZLoss},
		{want.Objective, got.Objective}} {
		assert.InEpsilon(t, x[0], x[1], 1e-6)
	}

	for _, kind := range optim.Kinds {
		a, b := begin(t, f, averaged(kind, n, 0.1)), begin(t, f, averaged(kind, n, 0.1))
		b.Threads(4)
		assert.Equal(t, a.train(3), b.train(3))
		sameState(t, a.state(), b.state(), "once more, on several threads")
	}
}

// Held against the formula: all elements of all tensors are multiplied with one factor, and that gradient is what the
// first moment gets.
func clips(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		free := begin(t, f, setup(shape(), kind))
		u := free.once()
		g := free.values(model.Gradient)
		require.InEpsilon(t, norm(g), u.GradNorm, 1e-6)

		far := begin(t, f, averaged(kind, 1, u.GradNorm+1))
		assert.Equal(t, u, far.once())
		sameState(t, free.state(), far.state(), "what is short enough stays as it is")

		short := begin(t, f, averaged(kind, 1, u.GradNorm/3))
		assert.Equal(t, u.GradNorm, short.once().GradNorm, "the norm is that before")
		factor := float32(u.GradNorm / 3 / (u.GradNorm + 1e-6))
		got, m := short.values(model.Gradient), short.values(model.Moment1)
		for i, x := range g.Tensor(0) {
			assert.InDelta(t, factor*x, got.Tensor(0)[i], 1e-9+1e-6*math.Abs(float64(x)))
			assert.InDelta(t, 0.1*factor*x, m.Tensor(0)[i], 1e-9+1e-6*math.Abs(float64(x)), "AdamW's, of the embedding")
		}
		assert.InEpsilon(t, u.GradNorm/3, norm(got), 1e-4)
	}
}

func lockWhenClipped(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		for _, axis := range axes {
			for _, state := range []widen.OptState{widen.Copy, widen.Drop} {
				s := begin(t, f, averaged(kind, 3, 0.05))
				s.train(2)
				spec := twice(axis, state)
				spec.Factor = 2.4
				of := pairsOf(s.grow(spec))
				assert.Greater(t, s.once().GradNorm, 0.05, "what is not clipped tells nothing")
				s.train(3)
				locked(t, s, of, fmt.Sprintf("%s, %s, states: %s", kind, axis, state))
			}
		}
	}
}
