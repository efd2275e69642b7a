package sweep

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// reader is a reader's run, and seeds that take turns with it.
type reader struct {
	*Turns
	t   *testing.T
	h   *session.LocalHost
	own *session.Session
}

func reading(t *testing.T) *reader {
	t.Helper()
	h := session.NewLocalHost(cpu.Factory{})
	s, err := session.New(trial.Valid(tiny()), h)
	require.NoError(t, err)
	r := &reader{&Turns{}, t, h, s}
	t.Cleanup(s.Close)
	t.Cleanup(r.Close)
	return r
}

// sow asks for seeds, one at a time: as one ends the next begins, so that no two have ended at once.
func (r *reader) sow(n int) {
	r.t.Helper()
	require.NoError(r.t, r.Begin(r.own, n, r.h, 1))
}

// until lets both go on until something holds, and counts how often it is said that the seeds have ended.
func (r *reader) until(holds func() bool) (ended int) {
	r.t.Helper()
	for {
		e, err := r.Tick(r.own)
		require.NoError(r.t, err)
		require.NoError(r.t, r.t.Context().Err())
		if e {
			ended++
		}
		if holds() {
			return ended
		}
		r.h.Wait(20 * time.Millisecond)
	}
}

func (r *reader) done() bool { return r.sweep.Done() }

func TestSeedsThatAreThereAlreadyHaveEndedWhenTheyAreAskedForAgain(t *testing.T) {
	r := reading(t)
	r.own.Play()
	r.sow(2)
	assert.False(t, r.own.Playing(), "one trains at a time")
	assert.Equal(t, 1, r.until(r.done))
	assert.True(t, r.own.Playing())
	r.sow(2)
	assert.Equal(t, 1, r.until(r.done), "it is said again, since it was asked for again")
	assert.True(t, r.own.Playing(), "and the reader's run goes on")
	for range 3 {
		assert.Zero(t, r.until(r.done), "and only once")
	}
}

func TestANameThatIsGivenLosesNoSeedAndIsTheirsToo(t *testing.T) {
	r := reading(t)
	r.sow(2)
	r.until(r.done)
	was, before := r.Summary(r.own), seeds.Key(r.own.Experiment())
	called := r.own.Experiment()
	called.Arms[1].Name, called.Name = "Mine", "my own"
	require.NoError(t, r.own.Rename(trial.Valid(called)))
	r.until(func() bool { return r.Summary(r.own).Arms[1].Name == "Mine" })
	assert.Equal(t, before, seeds.Key(called))
	now := r.Summary(r.own)
	assert.Equal(t, 2, now.Ended)
	assert.Equal(t, was.Arms[1].Loss, now.Arms[1].Loss)
	assert.Equal(t, "Mine", now.Rows()[1].Name)
	one, err := r.Open(2, r.h)
	require.NoError(t, err)
	defer one.Close()
	assert.Equal(t, uint64(2), one.Experiment().Seed)
	assert.Equal(t, "Mine", one.Experiment().Arms[1].Name)
	assert.NotNil(t, r.Of(one))
}

func TestSeedsOfAnotherExperimentThanTheReadersKeepNoTrainers(t *testing.T) {
	r := reading(t)
	r.sow(4)
	r.until(func() bool { return r.sweep.Summary().Ended > 0 })
	ended := r.sweep.Summary().Ended
	require.Equal(t, 1, r.sweep.active(), "one is under way")
	other := tiny()
	other.Optimizer.LR /= 2
	s, err := session.New(trial.Valid(other), r.h)
	require.NoError(t, err)
	defer s.Close()
	over, err := r.Tick(s)
	require.NoError(t, err)
	assert.False(t, over)
	assert.Zero(t, r.sweep.active())
	assert.Nil(t, r.Summary(s))
	assert.False(t, r.Playing())
	r.until(func() bool { return r.Summary(r.own) != nil })
	assert.GreaterOrEqual(t, r.Summary(r.own).Ended, ended, "what has ended is there when the reader comes back")
	require.NoError(t, r.Play(r.own))
	assert.Equal(t, 1, r.until(r.done))
}
