package viz

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

func TestWideningMovesAndThenRests(t *testing.T) {
	testneed.Display(t)
	r := loaded(t, "facts", func(*experiment.Experiment) {})
	fork := r.Experiment.Fork()
	v, screen, at := widening(r, 300, 220, 1, fork+1)
	at = at.Add(motionTime / 2)
	require.True(t, v.Stale(at), "it moves")
	require.True(t, v.Behind())
	before := v.Drawn()
	v.Draw(screen, at)
	assert.Equal(t, before+1, v.Drawn(), "however short a time ago it was drawn")
	assert.InDelta(t, 0.5, v.moved(), 0.02)
	v.Draw(screen, at)
	assert.Equal(t, before+1, v.Drawn(), "the same time shows the same")
	at = at.Add(motionTime)
	v.Draw(screen, at)
	assert.False(t, v.Stale(at.Add(2*Refresh)), "it rests")
	assert.False(t, v.Behind())

	moves := func(step int) bool {
		v.SetStep(step)
		at = at.Add(2 * Refresh)
		v.Draw(screen, at)
		moves := v.moving()
		at = at.Add(motionTime)
		v.Draw(screen, at)
		assert.False(t, v.moving())
		return moves
	}
	for _, c := range []struct {
		step  int
		moves bool
		why   string
	}{
		{fork + 40, false, "later than the widening"},
		{fork - 10, false, "before it"},
		{fork, true, "at it, from before"},
		{fork + 90, false, "later again"},
		{fork + 1, true, "back to it"},
		{-1, false, "the end"},
		{fork + 60, false, "back, but not to it"},
	} {
		assert.Equal(t, c.moves, moves(c.step), c.why)
	}
}

func TestNothingMovesWhereThatIsNotWanted(t *testing.T) {
	testneed.Display(t)
	r := loaded(t, "facts", func(*experiment.Experiment) {})
	fork := r.Experiment.Fork()
	v, screen, at := widening(r, 300, 220, 1, -1)
	v.SetReducedMotion(true)
	at = at.Add(2 * Refresh)
	for _, step := range []int{fork - 1, fork + 1} {
		v.SetStep(step)
		v.Draw(screen, at)
		assert.False(t, v.moving(), "step %d, with reduced motion", step)
		at = at.Add(2 * Refresh)
	}
	v.SetReducedMotion(false)
	v.Draw(screen, at)
	assert.False(t, v.moving(), "what was over stays over")
	v.SetRecord(loaded(t, "facts", func(*experiment.Experiment) {}))
	v.Draw(screen, at.Add(2*Refresh))
	assert.False(t, v.moving(), "a record that was opened is at rest")
}

// The network may come to be seen after the widening: it moves then.
func TestMotionWaitsForAPictureThatMoves(t *testing.T) {
	testneed.Display(t)
	r := loaded(t, "facts", func(*experiment.Experiment) {})
	v, screen, at := widening(r, 300, 220, 1, r.Experiment.Fork()-1)
	v.Pin(Copies)
	v.SetStep(r.Experiment.Fork() + 1)
	for range 4 {
		at = at.Add(time.Second)
		v.Draw(screen, at)
	}
	assert.False(t, v.Behind(), "the copies do not move")
	v.Pin(Network)
	v.Draw(screen, at)
	assert.True(t, v.moving())
	assert.Zero(t, v.moved())
}
