package learnertest

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

func named(t *testing.T, f learner.Factory) {
	assert.NotEmpty(t, f.Engine())
	assert.Equal(t, f.Engine(), f.Engine())
}

func repeats(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		a, b := begin(t, f, setup(shape(), kind)), begin(t, f, setup(shape(), kind))
		assert.Equal(t, a.train(5), b.train(5), kind)
		sameState(t, a.state(), b.state(), string(kind))
	}
}

func goesOn(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		s := setup(shape(), kind)
		a := begin(t, f, s)
		a.train(4)
		s.State = a.state()
		assert.Equal(t, 4, s.State.Steps)
		b := begin(t, f, s)
		assert.Equal(t, a.train(4), b.train(4), kind)
		sameState(t, a.state(), b.state(), string(kind))
	}
}

func threads(t *testing.T, f learner.Factory) {
	a, b := begin(t, f, setup(shape(), optim.AdamW)), begin(t, f, setup(shape(), optim.AdamW))
	b.Threads(4)
	assert.Equal(t, a.train(3), b.train(3))
	sameState(t, a.state(), b.state(), "on several threads")
}

func learns(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		s := begin(t, f, setup(shape(), kind))
		before := s.loss()
		assert.InDelta(t, math.Log(float64(s.Table().Config.Vocab)), before, 1, "at first it knows nothing")
		s.train(60)
		assert.Less(t, s.loss(), before-0.5, kind)
	}
}

// Along the gradient of one tensor the loss changes by as much as that gradient is long.
func slope(t *testing.T, f learner.Factory) {
	c := shape()
	c.TopK = c.Experts // no expert comes in or goes out on the way
	s := begin(t, f, setup(c, optim.AdamW))
	s.train(5)
	w := s.values(model.Weight)
	s.rates = []float64{0}
	s.train(1)
	require.True(t, same(w.Data, s.values(model.Weight).Data), "at a rate of 0 nothing changes")
	g := s.values(model.Gradient)
	loss := func(by float64, tensor int) float64 {
		moved := w.Clone()
		for i, x := range g.Tensor(tensor) {
			moved.Tensor(tensor)[i] += float32(by * float64(x))
		}
		s.write(model.Weight, moved)
		s.data(s.step - 1)
		loss, err := s.Loss(s.ids, s.labels, seq, nil)
		require.NoError(t, err)
		return loss
	}
	for i, x := range s.Table().Tensors {
		length := 0.0
		for _, y := range g.Tensor(i) {
			length += float64(y) * float64(y)
		}
		length = math.Sqrt(length)
		require.Positive(t, length, x.Name(0))
		e := 0.005 / length
		assert.InEpsilon(t, length*length, (loss(e, i)-loss(-e, i))/(2*e), 0.02, x.Name(0))
	}
}

// twice is a widening of an axis to twice its width by copies.
func twice(axis model.Axis, state widen.OptState) widen.Spec {
	return widen.Spec{Axis: axis, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, OptState: state}
}

func rates(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		s := begin(t, f, setup(shape(), kind))
		s.train(2)
		p := s.grow(twice(model.Joint, widen.Copy))
		for stage := range 2 {
			before := s.values(model.Weight)
			s.rates = []float64{0, 0}
			s.rates[stage] = rate
			s.train(1)
			after := s.values(model.Weight)
			for _, r := range s.growth.Segments(p.To) {
				still := same(before.Data[r.From:r.To], after.Data[r.From:r.To])
				assert.Equal(t, r.Stage != stage, still, "%s: elements %d to %d of stage %d", kind, r.From,
					r.To, r.Stage)
			}
		}
	}
}

func blocks(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	s.train(2)
	old := s.Table().Config.Inner
	s.grow(widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.RandomRandom, Scale: widen.Unscaled,
		OptState: widen.Drop})
	into := make([]float64, 2*len(s.Table().Tensors))
	byStage := []float64{0.01, 0.02}
	mean, err := s.BlockRates(into, byStage, []bool{false, true})
	require.NoError(t, err)
	w, sum, n := s.values(model.Weight), 0.0, 0
	for i, x := range s.Table().Tensors {
		assert.Equal(t, 0.01, into[2*i], "of what was there")
		want := 0.02
		if x.Rows.Axis == model.Inner || x.Cols.Axis == model.Inner {
			var squares, count [2]float64
			for k, y := range w.Tensor(i) {
				at := k % x.Cols.Size
				if x.Rows.Axis == model.Inner {
					at = k / x.Cols.Size % x.Rows.Size
				}
				block := min(at/old, 1)
				squares[block] += float64(y) * float64(y)
				count[block]++
			}
			want *= math.Sqrt(squares[1] / count[1] * count[0] / squares[0])
			sum, n = sum+want, n+1
		}
		assert.InEpsilon(t, want, into[2*i+1], 1e-5, x.Name(0))
	}
	assert.InEpsilon(t, sum/float64(n), mean, 1e-5)
}

// Whoever calls may use its slices for something else as soon as a call returns, and what a call returned is its own.
func keepsNothing(t *testing.T, f learner.Factory) {
	careful, careless := begin(t, f, setup(shape(), optim.AdamW)), begin(t, f, setup(shape(), optim.AdamW))
	for range 3 {
		careful.train(1)
		careless.train(1)
		for i := range careless.ids {
			careless.ids[i], careless.labels[i] = math.MaxInt32, math.MaxInt32
		}
		careless.rates[0] = math.NaN()
		state := careless.state()
		for _, v := range []model.Values{state.Weights, state.M, state.V} {
			for i := range v.Data {
				v.Data[i] = float32(math.NaN())
			}
		}
		careless.rates[0] = rate
	}
	matrix := make([]float32, careful.Table().Tensors[0].Len())
	for _, s := range []*subject{careful, careless} {
		for i := range matrix {
			matrix[i] = 0.01 * float32(i%7)
		}
		require.NoError(t, s.Write(model.Weight, 0, 0, matrix))
		clear(matrix)
	}
	assert.Equal(t, careful.train(2), careless.train(2))
	sameState(t, careful.state(), careless.state(), "whatever became of what it was given")
}
