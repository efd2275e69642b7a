package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/trial"
)

// A run that is held comes exactly to that step, plays on from there to the same bits, and lets its reader step beyond.
func TestAHeldRunStopsAtTheStepAndPlaysOnToTheSameBits(t *testing.T) {
	e := trial.Short(20)
	e.Task.Batch, e.Task.Seq = 2, 16
	d := &desk{}
	s, err := New(trial.Valid(e), d)
	require.NoError(t, err)
	defer s.Close()
	s.SetSpeed(Max)
	s.Hold(e.Fork() - 1)
	s.Play()
	work := func() {
		for s.Tick(); d.next(); s.Tick() {
			continue
		}
	}
	for _, step := range []int{e.Fork() - 1, e.Fork() + 1, e.Fork() + 1, 15} {
		s.Hold(step)
		work()
		assert.Equal(t, step, s.Record().Last())
		assert.True(t, s.Settled(), "nothing comes by itself")
		assert.True(t, s.Playing(), "but it is not paused")
	}
	assert.True(t, s.Forked())
	s.Pause()
	s.StepOnce()
	work()
	assert.Equal(t, 16, s.Record().Last(), "a step that was asked for")
	s.Play()
	s.Hold(-1)
	work()
	assert.True(t, s.Done())
	sameBytes(t, encode(t, runAll(t, e)), encode(t, s.Record()), "the bits of a run that nobody held")
	s.Hold(5)
	require.NoError(t, s.Reset())
	work()
	assert.True(t, s.Done(), "another run is not held where the one before was")
}
