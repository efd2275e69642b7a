package panel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The update that breaks an arm is promised only where the state before it is kept; of a large network it is not.
func TestTheUpdateThatBreaksAnArmIsPromisedWhereItCanBeShown(t *testing.T) {
	for inner, promised := range map[int]bool{16: true, 2048: false} {
		e := trial.Short(60)
		e.Model.Inner, e.Task.Batch, e.Task.Seq = inner, 1, 8
		e.Optimizer.LR, e.Optimizer.WeightDecay, e.Optimizer.Warmup, e.Optimizer.MinLRRatio = 10, 10, 0, 1
		h := session.NewLocalHost(cpu.Factory{})
		s, err := session.New(trial.Valid(e), h)
		require.NoError(t, err)
		s.SetSpeed(session.Max)
		s.Play()
		var b *Broken
		for b == nil {
			require.NoError(t, t.Context().Err())
			h.Wait(100 * time.Millisecond)
			s.Tick()
			b = BrokenOf(s)
		}
		f, ok := s.Record().Diverged(b.Arm, e.Steps)
		require.True(t, ok)
		assert.Equal(t, promised, s.LastGood(b.Arm)+1 == f.Step, b.Back)
		require.Less(t, f.Step, e.Fork())
		assert.Contains(t, b.Said, "The one network diverged in the update", "it is no single arm's yet")
		if promised {
			assert.Contains(t, b.Back, "the update that breaks it")
		} else {
			assert.Equal(t, "Go back to step 0, the last of which the state is kept, and train from there once more.",
				b.Back)
		}
		s.Close()
	}
}

// The way on with a smaller rate changes that and nothing else, in every experiment that there is.
func TestASmallerRateChangesNothingElse(t *testing.T) {
	for _, e := range experiment.Builtins() {
		before := string(e.JSON())
		small := Smaller(e.Experiment)
		assert.InEpsilon(t, e.Optimizer.LR/3, small.Optimizer.LR, 0.02)
		_, err := small.Validate()
		require.NoError(t, err)
		assert.Equal(t, before, string(e.JSON()), "the one before stays as it was")
		small.Optimizer.LR = e.Optimizer.LR
		assert.Equal(t, before, string(small.JSON()))
	}
}
