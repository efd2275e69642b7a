package cpu_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func TestTheCPUKeepsWhatEveryLearnerHasToKeep(t *testing.T) { learnertest.Check(t, cpu.Factory{}) }

// recomputing makes learners that recompute.
type recomputing struct{ cpu.Factory }

func (f recomputing) New(s learner.Setup) (learner.Learner, error) {
	s.Recompute = true
	return f.Factory.New(s)
}

func TestALearnerThatRecomputesKeepsItToo(t *testing.T) { learnertest.Check(t, recomputing{}) }

// After an update a learner that recomputes shows what entered and left a layer, and declines by name what it would
// have to compute again of weights that are gone.
func TestALearnerThatRecomputesDeclinesWhatItsUpdateChanged(t *testing.T) {
	c := model.Config{Vocab: 11, Hidden: 12, Layers: 3, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 3, TopK: 2, Inner: 5,
		RopeBase: 10000, NormEps: 1e-6, LogitMult: 1, InitStd: 0.2}
	w := model.Init(c, 7)
	l, err := recomputing{}.New(learner.Setup{
		Optimizer: optim.Config{Kind: optim.AdamW, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}, Batch: 2, Seq: 5,
		Growth: model.NewGrowth(c), State: learner.State{Weights: w, M: model.NewValues(w.Table),
			V: model.NewValues(w.Table)},
	})
	require.NoError(t, err)
	ids := make([]int32, 10)
	_, err = l.Train(ids, ids, []float64{0.1})
	require.NoError(t, err)
	for what := range learner.Insides {
		_, err := learner.Inspect(l, what, 2)
		if what == learner.ResidualIn || what == learner.ResidualOut {
			assert.NoError(t, err)
		} else {
			assert.Equal(t, learner.Declined{What: what}, err)
		}
	}
	_, err = l.Loss(ids, ids, 5, nil)
	require.NoError(t, err)
	for what := range learner.Insides {
		_, err := learner.Inspect(l, what, 1)
		assert.NoError(t, err)
	}
}
