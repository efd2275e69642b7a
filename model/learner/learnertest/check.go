// Package learnertest holds what every learner has to keep: a suite of tests for any factory, whatever its engine; and
// a learner that is as unkind as a device may be, for tests of what stands above the seam. Only tests import it.
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

// Check runs the suite on learners of a factory. What it compares with is computed by the definition, or asked of the
// learner in another way: never another learner's bits.
func Check(t *testing.T, f learner.Factory) {
	suite(t, f, 1e-5)
	t.Run("gradients are the slope of the loss", func(t *testing.T) { slope(t, f) })
}

// CheckRounded is Check of an engine that rounds what it multiplies: its loss goes in steps, so that no slope of it can
// be measured; and what is summed in another way is rounded in another way.
func CheckRounded(t *testing.T, f learner.Factory) { suite(t, f, 2e-3) }

// suite compares what is the same but for rounding with a relative tolerance.
func suite(t *testing.T, f learner.Factory, tolerance float64) {
	averages := func(t *testing.T, f learner.Factory) { accumulates(t, f, tolerance) }
	for name, check := range map[string]func(*testing.T, learner.Factory){
		"the engine has a name":                                    named,
		"the same calls give the same bits":                        repeats,
		"a state goes on to the same bits":                         goesOn,
		"threads change no bit":                                    threads,
		"training lowers the loss":                                 learns,
		"rates belong to the stage at which an element came":       rates,
		"rates follow the norms of blocks":                         blocks,
		"the gradients of an update's batches are averaged":        averages,
		"a gradient that is too long is clipped":                   clips,
		"averaged and clipped, equal rows keep equal bits":         lockWhenClipped,
		"equal rows and columns get equal bits wherever they lie":  lock,
		"pairs that differ are told apart":                         apart,
		"a widening is the plan's, matrix by matrix":               widens,
		"matrices are read and written":                            matrices,
		"an empty learner is filled matrix by matrix":              filled,
		"there is no matrix outside the network":                   outside,
		"what it is given stays the caller's":                      keepsNothing,
		"answers are of the places that were asked about":          answers,
		"what is asked alone is answered as in a row":              asks,
		"RMS and load are those of the last batch":                 measured,
		"what is no longer finite is named":                        finite,
		"a look inside is what the layer computes, or is declined": inside,
		"an update that is taken apart is the one that is made":    dissects,
	} {
		t.Run(name, func(t *testing.T) { check(t, f) })
	}
}

const (
	batch, seq = 3, 10
	rate       = 0.01
)

// shape is odd in everything, so that no dimension is a whole number of vectors.
func shape() model.Config {
	return model.Config{
		Vocab: 13, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 3, TopK: 2, Inner: 5,
		RopeBase: 10000, NormEps: 1e-6, LogitMult: 1, InitStd: 0.2,
	}
}

func optimizer(kind optim.Kind) optim.Config {
	return optim.Config{Kind: kind, LR: rate, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}
}

// setup is a network at its beginning.
func setup(c model.Config, kind optim.Kind) learner.Setup {
	w := model.Init(c, 7)
	return learner.Setup{
		Optimizer: optimizer(kind), Batch: batch, Seq: seq, Growth: model.NewGrowth(c),
		State: learner.State{Weights: w, M: model.NewValues(w.Table), V: model.NewValues(w.Table)},
	}
}

// subject is a learner under test, with batches to train it on.
type subject struct {
	learner.Learner
	t           *testing.T
	growth      model.Growth
	ids, labels []int32 // of all batches of an update
	batch       int     // tokens of one
	rates       []float64
	step        int
}

func begin(t *testing.T, f learner.Factory, s learner.Setup) *subject {
	t.Helper()
	n, growth := s.Batch*s.Seq, s.Growth
	all := n * max(s.Accumulate, 1)
	l, err := f.New(s)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return &subject{l, t, growth, make([]int32, all), make([]int32, all), n, flat(growth.Stages()), s.State.Steps}
}

func flat(stages int) []float64 {
	r := make([]float64, stages)
	for i := range r {
		r[i] = rate
	}
	return r
}

// data fills a batch whose labels follow from its ids; few symbols return often. The last label of a sequence does not
// count.
func (s *subject) data(step int) {
	vocab := int32(s.Table().Config.Vocab)
	x := uint32(step)*2654435761 + 12345
	for i := range s.ids {
		x = x*1664525 + 1013904223
		s.ids[i] = int32(x>>16) % vocab
		s.labels[i] = (s.ids[i]*5 + 3) % vocab
		if i%seq == seq-1 {
			s.labels[i] = -100
		}
	}
}

// train makes n updates and returns their losses.
func (s *subject) train(n int) (ce []float64) {
	s.t.Helper()
	for range n {
		s.data(s.step)
		u, err := s.Train(s.ids, s.labels, s.rates)
		require.NoError(s.t, err)
		require.Empty(s.t, u.NotFinite)
		ce = append(ce, u.CE)
		s.step++
	}
	return ce
}

// loss is that of a batch that training does not see.
func (s *subject) loss() float64 {
	s.t.Helper()
	s.data(1000)
	loss, err := s.Loss(s.ids[:s.batch], s.labels[:s.batch], seq, nil)
	require.NoError(s.t, err)
	return loss
}

func (s *subject) state() learner.State {
	s.t.Helper()
	state, err := s.State()
	require.NoError(s.t, err)
	return state
}

// values are all matrices of a quantity, read one by one.
func (s *subject) values(q model.Quantity) model.Values {
	s.t.Helper()
	v := model.NewValues(s.Table())
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			require.NoError(s.t, s.Read(q, i, e, v.Expert(i, e)))
		}
	}
	return v
}

// write replaces all matrices of a quantity.
func (s *subject) write(q model.Quantity, v model.Values) {
	s.t.Helper()
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			require.NoError(s.t, s.Write(q, i, e, v.Expert(i, e)))
		}
	}
}

// grow widens by a spec.
func (s *subject) grow(spec widen.Spec) *widen.Plan {
	s.t.Helper()
	p, err := widen.New(spec, s.Table(), 5)
	require.NoError(s.t, err)
	s.growth = s.growth.Widen(p.To.Config)
	require.NoError(s.t, s.Widen(p, s.growth))
	require.Equal(s.t, p.To.Config, s.Table().Config)
	s.rates = flat(s.growth.Stages())
	return p
}

// same reports whether all numbers have the same bits.
func same(a, b []float32) bool {
	for i := range a {
		if len(a) != len(b) || math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// sameState compares weights, moments and the count of updates.
func sameState(t *testing.T, want, got learner.State, what string) {
	t.Helper()
	assert.Equal(t, want.Steps, got.Steps, what)
	assert.True(t, same(want.Weights.Data, got.Weights.Data), "weights: %s", what)
	assert.True(t, same(want.M.Data, got.M.Data), "first moments: %s", what)
	assert.True(t, same(want.V.Data, got.V.Data), "second moments: %s", what)
}
