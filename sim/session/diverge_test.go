package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
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
	assert.Regexp(t, `^Small stopped at step \d+: training diverged: .* is no longer a number; a lower learning rate `+
		`or a smaller factor helps\.$`, a.Err)
	f, ok := r.Diverged(0, a.Step)
	require.True(t, ok)
	assert.Equal(t, a.Step, f.Step)
}

// Whoever goes back to before it broke can look at the update that breaks it, and playing on breaks it once more.
func TestAnArmThatDivergedGoesBackToBeforeItDid(t *testing.T) {
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(explosive()), h)
	require.NoError(t, err)
	defer s.Close()
	finish(t, s, h)
	broken, ok := s.Record().Diverged(0, 60)
	require.True(t, ok)
	require.Equal(t, broken.Step-1, s.LastGood(0))
	require.NoError(t, s.GoBack(0))
	assert.False(t, s.Playing())
	assert.Error(t, s.GoBack(0), "it has not stopped")
	w := []look.Want{{Question: look.OneUpdate(0, 0, 0, look.None)}}
	watch(t, s, h, w)
	a, ok := s.Looked(0, w[0].Question)
	require.True(t, ok)
	assert.Equal(t, broken.Step-1, a.Step)
	assert.Equal(t, broken.NotFinite, a.Update.NotFinite)
	_, ok = s.Record().Diverged(0, 60)
	assert.False(t, ok, "it has not happened yet")
	finish(t, s, h)
	again, ok := s.Record().Diverged(0, 60)
	require.True(t, ok)
	assert.Equal(t, broken.Step, again.Step)

	// and so it is where the run was kept in between
	st, ok := s.Saved()
	require.True(t, ok)
	s, err = Resume(st, h)
	require.NoError(t, err)
	defer s.Close()
	assert.Equal(t, broken.Step-1, s.LastGood(0))
	require.NoError(t, s.GoBack(0))
	finish(t, s, h)
	assert.Equal(t, record.Failed, s.Arms()[0].State)
}
