package session

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// States are kept beside the training, one write at a time, each further than the one before; one that could not be
// written is told, and the next is tried. The last is the end.
func TestAKeeperKeepsNewerAndNewerStates(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "small", "sparkling")
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	full, failed := errors.New("the disk is full"), 0
	writing := make(chan struct{}, 1)
	var kept []State
	k := Autosaver{Write: func(st State) error {
		select {
		case writing <- struct{}{}:
		default:
			t.Error("two writes at once")
		}
		defer func() { <-writing }()
		stateBytes(t, st) // read here while the session goes on
		if kept = append(kept, st); len(kept) == 1 {
			return full
		}
		return nil
	}}
	s.SetSpeed(Max)
	s.Play()
	for !s.Done() || failed == 0 { // however soon the run is over, the disk is full once
		h.Wait(time.Millisecond)
		s.Tick()
		if err := k.Tick(s); err != nil {
			assert.ErrorIs(t, err, full)
			failed++
		}
	}
	last, err := k.Last(s, func() { h.Wait(time.Second) })
	require.NoError(t, err)
	assert.True(t, last.Finished())
	assert.Equal(t, 1, failed)
	for k, st := range kept[1:] {
		for i, a := range st.Arms {
			assert.LessOrEqual(t, kept[k].Arms[i].At, a.At, a.Name)
		}
	}
	sameBytes(t, end(t, e), stateBytes(t, last), "the last state is the end")
	sameBytes(t, stateBytes(t, last), stateBytes(t, kept[len(kept)-1]), "and was written last")
}

// Between two states at least the spacing passes; none is asked for before.
func TestAKeeperWaitsForItsSpacing(t *testing.T) {
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(trial.Of(model.Inner, 12, 6, "small", "sparkling")), h)
	require.NoError(t, err)
	defer s.Close()
	written := 0
	k := Autosaver{Every: 24 * time.Hour, Write: func(State) error { written++; return nil }}
	finish(t, s, h)
	for range 3 {
		require.NoError(t, k.Tick(s))
	}
	assert.False(t, k.asked)
	k.begun = k.begun.Add(-24 * time.Hour)
	require.NoError(t, k.Tick(s))
	assert.True(t, k.asked)
	assert.Zero(t, written, "the arms have not answered")
	_, err = k.Last(s, func() { h.Wait(time.Second) })
	require.NoError(t, err)
	assert.Equal(t, 1, written)
}
