package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// armsOf is a built-in experiment of a seed, with some of its arms.
func armsOf(t *testing.T, name string, seed uint64, arms ...int) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	all := e.Arms
	e.Seed, e.Arms = seed, nil
	for _, i := range arms {
		e.Arms = append(e.Arms, all[i])
	}
	return e
}

// Two of the seeds of docs/tasks.md, where the difference is 0.083 in the mean of eight.
func TestLanguagesShowWhatTheAddedWidthLearns(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		r := runAll(t, armsOf(t, "languages", seed, 1, 3))
		var loss [2]float32
		for arm := range loss {
			var ok bool
			loss[arm], ok = r.FinalValLoss(arm)
			require.True(t, ok)
		}
		t.Logf("seed %d: Copy %.4f, SPARKLING %.4f", seed, loss[0], loss[1])
		assert.Less(t, loss[1], loss[0]-0.05, "seed %d", seed)
		last := r.Tracks[0][len(r.Tracks[0])-1]
		assert.True(t, last.Summary(record.Weight).All(record.Locked), "Copy is locked")
	}
}

// Whoever only remembers has the sums that are held out by chance at most. What decides is the weight decay.
func TestSumsAreRememberedWithLittleWeightDecayAndCalculatedWithMuch(t *testing.T) {
	run := func(change func(*experiment.Experiment)) (held, shown float64) {
		e := armsOf(t, "sums", 1, 0)
		change(&e)
		r := runAll(t, e)
		f, ok := r.AnswersAt(0, e.Steps)
		require.True(t, ok)
		of, others := record.Counted(f.Answers, e.Task)
		t.Log(of, others)
		assert.Equal(t, []int{f.Right, f.Asked}, []int{of.Value, of.Of})
		assert.Equal(t, e.Task.Questions(), of.Of+others.Of)
		return float64(of.Value) / float64(of.Of), float64(others.Value) / float64(others.Of)
	}
	held, shown := run(func(*experiment.Experiment) {})
	assert.Greater(t, shown, 0.95)
	assert.Greater(t, held, 0.5, "it calculates")
	held, shown = run(func(e *experiment.Experiment) { require.NoError(t, e.Turn("weight-decay", "0.1")) })
	assert.Greater(t, shown, 0.95)
	assert.Less(t, held, 0.1, "it remembers")
}

// In the second half of a row a reader who does not look back has one letter in ten.
func TestInductionIsLearnt(t *testing.T) {
	e := armsOf(t, "induction", 1, 0)
	r := runAll(t, e)
	m, ok := r.MeasureAt(0, e.Steps)
	require.True(t, ok)
	t.Log(m)
	assert.Greater(t, float64(m.Value), 0.5*float64(m.Of))
}
