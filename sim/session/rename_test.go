package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestANameIsGivenWhileTheRunGoesOnAndChangesNoBitOfIt(t *testing.T) {
	e := trial.Short(60)
	want := runAll(t, e)

	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	for range 5 {
		s.StepOnce()
		h.Wait(time.Second)
	}
	called := e.Clone()
	called.Arms[1].Name, called.Name = "Mine", "my own"
	require.NoError(t, s.Rename(trial.Valid(called)))
	assert.Equal(t, called, s.Experiment())
	assert.Equal(t, called, s.Record().Experiment)
	assert.Equal(t, "Mine", s.Arms()[1].Name)
	s.Save()
	got := finish(t, s, h)
	for i := range e.Arms {
		assertSame(t, want.Tracks[i], got.Tracks[i])
	}
	assert.Equal(t, want.Reports, got.Reports)

	other := called.Clone()
	other.Seed++
	assert.ErrorContains(t, s.Rename(trial.Valid(other)), "more than names")
	assert.Equal(t, called, s.Experiment())
}

func TestAnArmThatHasStoppedIsCalledByItsNewNameToo(t *testing.T) {
	e := trial.Short(20)
	s, err := New(trial.Valid(e), NewLocalHost(cpu.Factory{}))
	require.NoError(t, err)
	defer s.Close()
	s.failed(0, "it is lost")
	called := e.Clone()
	called.Arms[0].Name = "Mine"
	require.NoError(t, s.Rename(trial.Valid(called)))
	assert.Equal(t, "Mine stopped at step 0: it is lost.", s.Arms()[0].Err)
}
