package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// explosive is an experiment that diverges in its first steps: weights grow a hundredfold at every update.
func explosive() experiment.Experiment {
	e := trial.Short(60)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Optimizer.LR, e.Optimizer.WeightDecay, e.Optimizer.Warmup, e.Optimizer.MinLRRatio = 10, 10, 0, 1
	return e
}

func TestASessionGoesOnWithoutTheArmThatDiverged(t *testing.T) {
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(explosive()), h)
	require.NoError(t, err)
	defer s.Close()
	r := finish(t, s, h)
	a := s.Arms()[0]
	require.Equal(t, record.Failed, a.State)
	assert.Regexp(t, `^Small stopped at step \d+: training diverged: .* is no longer finite; a lower learning rate `+
		`or a smaller factor helps\.$`, a.Err)
	f, ok := r.Diverged(0, a.Step)
	require.True(t, ok)
	assert.Equal(t, a.Step, f.Step)
}
