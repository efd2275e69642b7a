//go:build linux && amd64

package cuda_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

var rates = []float64{0.01}

// trained makes updates with a learner on tokens that differ from update to update, and returns what is left.
func trained(t *testing.T, l learner.Learner, updates, n int) (ups []learner.Update, s learner.State) {
	t.Helper()
	for i := range updates {
		ids, labels := tokens(n+i, l.Table().Config.Vocab)
		u, err := l.Train(ids[i:], labels[i:], rates)
		require.NoError(t, err)
		require.Empty(t, u.NotFinite)
		ups = append(ups, u)
	}
	s, err := l.State()
	require.NoError(t, err)
	return ups, s
}

func start(t *testing.T, f *cuda.Factory, s learner.Setup) learner.Learner {
	t.Helper()
	// The numbers become the learner's own.
	s.State = learner.State{Steps: s.State.Steps, Weights: s.State.Weights.Clone(), M: s.State.M.Clone(),
		V: s.State.V.Clone()}
	l, err := f.New(s)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

// sameState demands the same bits.
func sameState(t *testing.T, want, got learner.State, what string) {
	t.Helper()
	assert.Equal(t, want.Steps, got.Steps, what)
	for _, x := range [][2]model.Values{{want.Weights, got.Weights}, {want.M, got.M}, {want.V, got.V}} {
		unlike := 0
		for i, y := range x[0].Data {
			if math.Float32bits(y) != math.Float32bits(x[1].Data[i]) {
				unlike++
			}
		}
		assert.Zero(t, unlike, "%s: numbers that are not the same bits", what)
	}
}

// inBoth runs a test in both precisions.
func inBoth(t *testing.T, test func(t *testing.T, p cuda.Precision)) {
	for _, p := range []cuda.Precision{cuda.Float32, cuda.BF16} {
		t.Run(p.String(), func(t *testing.T) { test(t, p) })
	}
}

func TestALearnerThatRecomputesGivesTheSameBits(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, lib := open(t, p)
		for i, c := range shapes()[1:3] {
			s := setup(c, optim.AdamW)
			s.Accumulate = 2
			all := start(t, f, s)
			kept := lib.Used()
			s.Recompute = true
			again := start(t, f, s)
			assert.Less(t, lib.Used()-kept, kept)
			all.Measure(true)
			again.Measure(true)
			want, state := trained(t, all, 2, 60)
			got, other := trained(t, again, 2, 60)
			what := fmt.Sprintf("%s, shape %d", p, i)
			assert.Equal(t, want, got, what)
			sameState(t, state, other, what)
			rms, load, err := all.Measured()
			require.NoError(t, err)
			rms2, load2, err := again.Measured()
			require.NoError(t, err)
			assert.Equal(t, rms, rms2, what)
			assert.Equal(t, load, load2, what)
		}
	})
}

func TestLogitsInPartsGiveTheSameLossAndNearlyTheSameGradients(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, _ := open(t, p)
		for i, c := range shapes()[:1] {
			s := setup(c, optim.AdamW)
			s.Batch = 26
			whole := start(t, f, s)
			cuda.SetLogits(f, 1) // one tile of rows
			part := start(t, f, s)
			cuda.SetLogits(f, 1<<20)
			ids, labels := tokens(260, c.Vocab)
			want, err := whole.Train(ids, labels, []float64{0})
			require.NoError(t, err)
			got, err := part.Train(ids, labels, []float64{0})
			require.NoError(t, err)
			assert.Equal(t, want.Losses, got.Losses, "%s, shape %d", p, i)
			name, w := worstTensor(read(t, whole, model.Gradient), read(t, part, model.Gradient))
			assert.LessOrEqual(t, w, 1e-6, "%s, shape %d: %s", p, i, name)
			asked, again := &learner.Answers{Positions: []int{0, 7, 259}}, &learner.Answers{Positions: []int{0, 7, 259}}
			_, err = whole.Loss(ids, labels, 10, asked)
			require.NoError(t, err)
			_, err = part.Loss(ids, labels, 10, again)
			require.NoError(t, err)
			assert.Equal(t, asked, again)
		}
	})
}

func TestLearnersOnOneDeviceDoNotDisturbEachOther(t *testing.T) {
	f, lib := open(t, cuda.Float32)
	var want []learner.State
	for i, c := range shapes()[:3] {
		s := setup(c, optim.Kinds[i%2])
		_, state := trained(t, start(t, f, s), 3, 30)
		want = append(want, state)
	}
	var all []learner.Learner
	for i, c := range shapes()[:3] {
		all = append(all, start(t, f, setup(c, optim.Kinds[i%2])))
	}
	var together sync.WaitGroup
	for _, l := range all {
		together.Go(func() {
			for i := range 3 {
				ids, labels := tokens(30+i, l.Table().Config.Vocab)
				_, err := l.Train(ids[i:], labels[i:], rates)
				assert.NoError(t, err)
			}
		})
	}
	together.Wait()
	used := lib.Used()
	for i, l := range all {
		got, err := l.State()
		require.NoError(t, err)
		sameState(t, want[i], got, fmt.Sprintf("learner %d", i))
		require.NoError(t, l.Close())
		assert.Less(t, lib.Used(), used)
		used = lib.Used()
		_, err = l.State()
		assert.Error(t, err, "it is closed")
	}
}

// The lock of symmetric copies in bf16, on every axis, with both optimizers, also where originals have different
// numbers of copies; longer with the tag device.
func TestTheLockIsExactInBf16(t *testing.T) {
	f, _ := open(t, cuda.BF16)
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		lock(t, f, shapes()[0], optim.AdamW, axis, 2.4, 4)
	}
	lock(t, f, shapes()[0], optim.Muon, model.Joint, 2, 10)
}

// lock widens a network by copies with their states, makes updates, and demands that copies are the same bits as their
// originals.
func lock(t *testing.T, f *cuda.Factory, c model.Config, kind optim.Kind, axis model.Axis, factor float64,
	updates int) {
	t.Helper()
	s := setup(c, kind)
	l := start(t, f, s)
	ids, labels := tokens(30, c.Vocab)
	train := func(n int, rates []float64) {
		for range n {
			_, err := l.Train(ids, labels, rates)
			require.NoError(t, err)
		}
	}
	train(2, rates)
	p, err := widen.New(widen.Spec{Axis: axis, Factor: factor, Init: widen.CopyCopy, Scale: widen.RMS,
		OptState: widen.Copy}, l.Table(), 5)
	require.NoError(t, err)
	require.NoError(t, l.Widen(p, s.Growth.Widen(p.To.Config)))
	train(updates, []float64{0.01, 0.01})
	for q := range model.Quantities {
		assert.Empty(t, unlike(read(t, l, q), p), "%s, %s times %g: %s", kind, axis, factor, q)
	}
}

// unlike names a matrix in which a copy is not the same bits as its original.
func unlike(v model.Values, p *widen.Plan) string {
	of := map[model.Axis][]widen.Pair{model.Inner: p.Pairs(model.Inner), model.Hidden: p.Pairs(model.Hidden)}
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			m, rows, cols := v.Expert(i, e), x.Rows.Size, x.Cols.Size
			for _, pair := range of[x.Rows.Axis] {
				for c := range cols {
					if math.Float32bits(m[pair.Orig*cols+c]) != math.Float32bits(m[pair.Copy*cols+c]) {
						return fmt.Sprintf("%s: rows %d and %d", x.Name(e), pair.Orig, pair.Copy)
					}
				}
			}
			for _, pair := range of[x.Cols.Axis] {
				for r := range rows {
					if math.Float32bits(m[r*cols+pair.Orig]) != math.Float32bits(m[r*cols+pair.Copy]) {
						return fmt.Sprintf("%s: columns %d and %d", x.Name(e), pair.Orig, pair.Copy)
					}
				}
			}
		}
	}
	return ""
}
