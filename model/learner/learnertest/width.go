package learnertest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

var axes = []model.Axis{model.Inner, model.Hidden, model.Joint}

// pairsOf are those of a plan.
func pairsOf(p *widen.Plan) map[model.Axis][]widen.Pair {
	return map[model.Axis][]widen.Pair{model.Inner: p.Pairs(model.Inner), model.Hidden: p.Pairs(model.Hidden)}
}

// The lock of symmetric copies: they stay the same bits in weights, gradients and moments, in every matrix and norm,
// wherever copy and original lie; also where originals have different numbers of copies.
func lock(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		for _, axis := range axes {
			for _, factor := range []float64{2, 2.4, 5} {
				for _, state := range []widen.OptState{widen.Copy, widen.Drop} {
					s := begin(t, f, setup(shape(), kind))
					s.train(3)
					spec := twice(axis, state)
					spec.Factor = factor
					of := pairsOf(s.grow(spec))
					s.train(5)
					what := fmt.Sprintf("%s, %s times %g, states: %s", kind, axis, factor, state)
					locked(t, s, of, what)
				}
			}
		}
	}
}

// locked demands that the pairs are the same bits, in every matrix, and as the learner itself compares them.
func locked(t *testing.T, s *subject, of map[model.Axis][]widen.Pair, what string) {
	t.Helper()
	for q := range model.Quantities {
		assert.Empty(t, unlike(s.values(q), of), "%s: %s", what, q)
	}
	groups, err := s.Pairs(of, 1e12)
	require.NoError(t, err)
	require.NotEmpty(t, groups)
	for q := range model.Quantities {
		all := pairs.Summarize(groups, q)
		assert.True(t, all.All(pairs.Locked), "%s: %s of %d pairs: %v", what, q, all.Pairs, all.In)
	}
}

// unlike names a matrix in which a pair is not the same bits.
func unlike(v model.Values, of map[model.Axis][]widen.Pair) string {
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			m, rows, cols := v.Expert(i, e), x.Rows.Size, x.Cols.Size
			for _, p := range of[x.Rows.Axis] {
				if !same(m[p.Orig*cols:(p.Orig+1)*cols], m[p.Copy*cols:(p.Copy+1)*cols]) {
					return fmt.Sprintf("%s: rows %d and %d", x.Name(e), p.Orig, p.Copy)
				}
			}
			for _, p := range of[x.Cols.Axis] {
				for r := range rows {
					if a, b := r*cols+p.Orig, r*cols+p.Copy; !same(m[a:a+1], m[b:b+1]) {
						return fmt.Sprintf("%s: columns %d and %d", x.Name(e), p.Orig, p.Copy)
					}
				}
			}
		}
	}
	return ""
}

func apart(t *testing.T, f learner.Factory) {
	for _, axis := range axes {
		s := begin(t, f, setup(shape(), optim.AdamW))
		s.train(3)
		of := pairsOf(s.grow(twice(axis, widen.Asymmetric)))
		s.train(3)
		groups, err := s.Pairs(of, 1e12)
		require.NoError(t, err)
		w := pairs.Summarize(groups, model.Weight)
		assert.True(t, w.All(pairs.Apart), "%s: %v", axis, w.In)
		assert.Greater(t, w.Cos, 0.9)
		assert.Positive(t, w.Dist)
	}
}

func widens(t *testing.T, f learner.Factory) {
	for _, spec := range []widen.Spec{
		twice(model.Inner, widen.Asymmetric), twice(model.Hidden, widen.CopyScaled), twice(model.Joint, widen.Drop),
		{Axis: model.Joint, Factor: 1.5, Init: widen.RandomZero, Scale: widen.RMS, OptState: widen.AsymmetricScaled},
		{Axis: model.Inner, Factor: 2, Init: widen.UnevenRandom, Scale: widen.RMS, OptState: widen.Copy},
	} {
		s := begin(t, f, setup(shape(), optim.AdamW))
		s.train(3)
		old := s.state()
		p := s.grow(spec)
		states := p.States(old.M, old.V)
		want := learner.State{Steps: old.Steps, Weights: p.Weights(old.Weights), M: states[0], V: states[1]}
		sameState(t, want, s.state(), fmt.Sprintf("%+v", spec))
		s.train(2)
		assert.Equal(t, 5, s.state().Steps, "its count goes on")
	}
}
