package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestArmsThatBeginOnTheirOwnTrainBesideTheOthersAndMayEndEarlier(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "scratch", "small", "sparkling", "equal-compute")
	require.Equal(t, 1, e.Trunk())
	require.Equal(t, 30, e.Fork())
	r := runAll(t, e)
	end := e.End(3)
	require.Less(t, end, 60)
	assert.Equal(t, 60, r.Last())
	assert.Equal(t, end, r.At(60).Arms[3].Step)
	for i, first := range []int{0, 0, 31, 0} {
		assert.Equal(t, first, r.Tracks[i][0].Step, e.Arms[i].Name)
		_, ok := r.FinalValLoss(i)
		assert.True(t, ok)
		_, ok = r.ValLossAt(i, 60)
		assert.True(t, ok, "the last reading stands for an arm that has ended")
	}
	assert.Contains(t, r.Describe(60, nil), "Wide, equal compute: validation loss")
	assert.Equal(t, 2, e.Baseline())
	_, ok := r.ValLossDiff(0, 2, 60)
	assert.True(t, ok)
	for i := range e.Arms { // each equals the same arm trained alone
		alone := e.Clone()
		alone.Arms = alone.Arms[i : i+1]
		track := runAll(t, alone).Tracks[0]
		for k := range track {
			track[k].Arm = i
		}
		assertSame(t, track[len(track)-len(r.Tracks[i]):], r.Tracks[i])
	}
}

func TestArmsMayBeWidenedAtDifferentSteps(t *testing.T) {
	e := trial.Of(model.Inner, 60, 20, "sparkling", "sparkling", "small")
	e.Arms[1].Widen[0].Step = 40
	e.Arms[1].Name = "Later"
	r := runAll(t, e)
	assert.Equal(t, 20, e.Fork())
	for i := range e.Arms {
		alone := e.Clone()
		alone.Arms = alone.Arms[i : i+1]
		track := runAll(t, alone).Tracks[0]
		for k := range track {
			track[k].Arm = i
		}
		assertSame(t, track[len(track)-len(r.Tracks[i]):], r.Tracks[i])
	}
}

func TestWidenNowBeginsEqualComputeAnewBecauseItsScheduleChanges(t *testing.T) {
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(trial.Of(model.Inner, 60, 30, "sparkling", "equal-compute", "scratch")), h)
	require.NoError(t, err)
	defer s.Close()
	for s.progress() < 12 {
		if s.furthest() < 12 {
			s.StepOnce()
		}
		h.Wait(time.Second)
		s.Tick()
	}
	before := s.Arms()[1].End
	require.NoError(t, s.WidenNow())
	assert.Greater(t, s.Arms()[1].End, before, "less of the run is small now")
	s.SetSpeed(0.1) // at which 8 steps ahead are allowed
	s.Play()
	s.advance()
	assert.GreaterOrEqual(t, s.target, 12.0, "it catches up as fast as it can, not at the pace of the first minute")
	r := finish(t, s, h)
	sameBytes(t, encode(t, r), encode(t, runAll(t, s.Experiment())), "the document says what was run")
}

func TestAnArmFromScratchThatDiedBeginsAnew(t *testing.T) {
	e := trial.Of(model.Inner, 40, 20, "small", "sparkling", "equal-compute")
	h := fragile{NewLocalHost(cpu.Factory{}), map[int]func(error){}}
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	s.SetSpeed(Max)
	s.Play()
	for len(s.Record().Tracks[2]) < 25 {
		h.Wait(time.Second)
		s.Tick()
	}
	h.kill[2](assert.AnError)
	finish(t, s, h.LocalHost)
	require.Equal(t, record.Failed, s.Arms()[2].State)
	require.NoError(t, s.Restart(2))
	sameBytes(t, encode(t, runAll(t, e)), encode(t, finish(t, s, h.LocalHost)),
		"started again, it ends as if nothing had been")
}

// Without an arm that forks there is nothing to widen, and nothing to wait for.
func TestArmsFromScratchNeedNoTrunk(t *testing.T) {
	e := trial.Of(model.Inner, 30, 15, "scratch", "equal-compute")
	assert.Equal(t, -1, e.Trunk())
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	assert.Error(t, s.WidenNow())
	r := finish(t, s, h)
	assert.Equal(t, 30, r.Last())
	assert.False(t, s.Forked())
}
