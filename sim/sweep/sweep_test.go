package sweep

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func tiny() experiment.Experiment {
	return trial.Of(model.Inner, 30, 10, "copy", "asymmetric", "sparkling")
}

// until lets a sweep go on until something holds.
func until(t *testing.T, s *Sweep, h *session.LocalHost, holds func() bool) {
	t.Helper()
	for ; !holds(); h.Wait(20 * time.Millisecond) {
		require.NoError(t, t.Context().Err(), "the sweep does not go on")
		require.NoError(t, s.Tick())
	}
}

func begun(t *testing.T, n, atOnce int) (*Sweep, *session.LocalHost) {
	t.Helper()
	h := session.NewLocalHost(cpu.Factory{})
	s, err := New(tiny(), From(n), h, atOnce)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	require.NoError(t, s.Play())
	return s, h
}

func encoded(t *testing.T, st session.State) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, st.Encode(&b))
	return b.Bytes()
}

// alone is the state of a seed's run at its end where nothing else runs.
func alone(t *testing.T, seed uint64) session.State {
	t.Helper()
	e := tiny()
	e.Seed = seed
	h := session.NewLocalHost(cpu.Factory{})
	s, err := session.New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	s.SetSpeed(session.Max)
	s.Play()
	for !s.Done() {
		h.Wait(20 * time.Millisecond)
		s.Tick()
	}
	s.Save()
	for {
		if st, ok := s.Saved(); ok {
			return st
		}
		h.Wait(20 * time.Millisecond)
	}
}

// The record, every network and every moment: whoever opens the run of a seed has what running it alone gives.
func TestARunInASweepHasTheBitsOfItsSeedRunAlone(t *testing.T) {
	s, h := begun(t, 3, 2)
	until(t, s, h, s.Done)
	for _, seed := range From(3) {
		st, ok := s.State(seed)
		require.True(t, ok)
		assert.True(t, bytes.Equal(encoded(t, alone(t, seed)), encoded(t, st)), "seed %d", seed)
		again, err := session.Resume(st, h)
		require.NoError(t, err)
		assert.True(t, again.Done())
		again.Close()
	}
	sum := s.Summary()
	assert.Equal(t, 3, sum.Ended)
	for i := range sum.Arms {
		assert.Equal(t, 3, sum.Arms[i].Loss.N)
		assert.NotEmpty(t, sum.Arms[i].Curve)
	}
	assert.Equal(t, 3, sum.Arms[2].LossDiff.N)
	assert.Same(t, sum, s.Summary(), "nothing has come since")
	assert.False(t, s.Playing())
}

func TestASweepIsPausedAndStoppedAndLosesNoRunThatHasEnded(t *testing.T) {
	s, h := begun(t, 4, 2)
	until(t, s, h, func() bool { return s.Summary().Ended > 0 })
	s.Pause()
	for range 20 { // what was granted comes
		h.Wait(20 * time.Millisecond)
		require.NoError(t, s.Tick())
	}
	was := s.Summary()
	for range 5 {
		h.Wait(10 * time.Millisecond)
		require.NoError(t, s.Tick())
	}
	assert.Same(t, was, s.Summary(), "nothing comes while it is paused")
	require.False(t, s.Playing())
	require.False(t, s.Done())
	ended := was.Ended
	s.Stop()
	assert.Equal(t, ended, s.Summary().Ended)
	require.NoError(t, s.Play())
	until(t, s, h, s.Done)

	first, _ := s.State(1)
	require.NoError(t, s.Extend(From(5)))
	assert.False(t, s.Done())
	kept, ok := s.State(1)
	require.True(t, ok)
	assert.Same(t, first.Record, kept.Record, "it is not run again")
	require.NoError(t, s.Play())
	until(t, s, h, s.Done)
	assert.Equal(t, 5, s.Summary().Ended)

	require.NoError(t, s.Extend(From(2)))
	assert.True(t, s.Done())
	assert.Equal(t, 5, s.Summary().Ended, "of fewer seeds none is lost")
	require.NoError(t, s.Extend(From(6)))
	for k, r := range s.Summary().Runs {
		assert.Equal(t, uint64(k+1), r.Seed)
		assert.Equal(t, k < 5, r.Ended)
	}
}

// breaking is a host on which an arm of the second session dies, or no trainer can be started at all.
type breaking struct {
	*session.LocalHost
	starts int
	none   error
}

func (h *breaking) Start(arm int, deliver func([]byte), fail func(error)) (session.Port, error) {
	if h.none != nil {
		return nil, h.none
	}
	if arm == 1 {
		if h.starts++; h.starts == 2 {
			deliver = func([]byte) { fail(errors.New("its worker has ended")) }
		}
	}
	return h.LocalHost.Start(arm, deliver, fail)
}

func TestAnArmThatStopsInOneSeedIsSaidAndIsNoPartOfAMean(t *testing.T) {
	h := &breaking{LocalHost: session.NewLocalHost(cpu.Factory{})}
	s, err := New(tiny(), From(3), h, 1)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	require.NoError(t, s.Play())
	until(t, s, h.LocalHost, s.Done)
	sum := s.Summary()
	assert.Equal(t, []uint64{2}, sum.Arms[1].Lost)
	assert.Equal(t, 2, sum.Arms[1].Loss.N)
	assert.Equal(t, 3, sum.Arms[2].Loss.N)
	assert.Contains(t, sum.Say(1), "in seed 2, which no mean of it has in it")
}

func TestASweepWhoseTrainersCannotBeStartedSaysSoAndWaits(t *testing.T) {
	h := &breaking{LocalHost: session.NewLocalHost(cpu.Factory{}), none: errors.New("no worker")}
	s, err := New(tiny(), From(2), h, 1)
	require.NoError(t, err)
	require.ErrorContains(t, s.Play(), "no worker")
	assert.False(t, s.Playing())
	h.none = nil
	t.Cleanup(s.Stop)
	require.NoError(t, s.Play())
	until(t, s, h.LocalHost, s.Done)
}

func TestASweepIsOfSeveralSeeds(t *testing.T) {
	for _, n := range []int{0, 1, seeds.Most + 1} {
		_, err := New(tiny(), From(n), session.NewLocalHost(cpu.Factory{}), 1)
		assert.ErrorContains(t, err, "allowed are 2 to 16", n)
	}
}
