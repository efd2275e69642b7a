package session

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func paused(t *testing.T, e experiment.Experiment) (*Session, *LocalHost) {
	t.Helper()
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s, h
}

// write has arms write and waits until they have.
func write(t *testing.T, s *Session, h *LocalHost, prompt string, temperature float64) {
	t.Helper()
	require.NoError(t, s.Write(prompt, temperature))
	for begin := time.Now(); s.Writing(); h.Wait(100 * time.Millisecond) {
		require.Less(t, time.Since(begin), 10*time.Minute, "nothing is written")
		assert.False(t, s.Settled(), "something is still to come")
	}
}

func TestArmsWriteWhilePausedAndWhenTheyHaveEnded(t *testing.T) {
	s, h := paused(t, trial.Short(20))
	write(t, s, h, "the rays", 0.5)
	require.Len(t, s.Record().Writings, 1, "before the fork there is one network")
	settle(t, s, h, 10)
	settle(t, s, h, 14)
	write(t, s, h, "the rays", 0.5)
	finish(t, s, h)
	write(t, s, h, "of colours", 0.5)
	for arm := range s.Arms() {
		for step, prompt := range map[int]string{0: "the rays", 14: "the rays", 20: "of colours"} {
			w, ok := s.Record().WritingAt(arm, step)
			require.True(t, ok)
			assert.Equal(t, []any{step, prompt, 0.5, uint64(1)}, []any{w.Step, w.Text, w.Temperature, w.Seed})
			assert.Len(t, []rune(w.Written), experiment.WriteCount)
		}
	}
	early, _ := s.Record().WritingAt(0, 0)
	late, _ := s.Record().WritingAt(0, 14)
	assert.NotEqual(t, early.Written, late.Written, "it has learnt since")
}

// Where the arms part they are one network yet, and the random numbers are the same in every arm.
func TestNetworksThatSayTheSameWriteTheSame(t *testing.T) {
	s, h := paused(t, trial.Short(20))
	settle(t, s, h, 10)
	write(t, s, h, "the rays", 1)
	for arm := 1; arm < len(s.Arms()); arm++ {
		own, _ := s.Record().WritingAt(arm, 10)
		small, _ := s.Record().WritingAt(0, 10)
		small.Arm = own.Arm
		assert.Equal(t, small, own)
	}
}

// Whoever asks for writings, and however often, gets the run that nobody disturbed, to the last bit, and the state of
// it goes on.
func TestWritingsChangeNoBitOfARun(t *testing.T) {
	e := trial.Short(40)
	want := encode(t, runAll(t, e))
	s, h := paused(t, e)
	k := Autowriter{Temperature: Temperature}
	s.SetSpeed(Max)
	s.Play()
	for begin := time.Now(); !s.Done() || s.Writing(); {
		require.Less(t, time.Since(begin), 10*time.Minute, "the run does not end")
		k.wrote.prompt = "asked anew, whether it is time or not"
		k.Tick(s)
		h.Wait(100 * time.Millisecond)
		s.Tick()
	}
	assert.Greater(t, len(s.Record().Writings), 5)
	file := stateBytes(t, saved(t, s, h))
	st, err := DecodeState(bytes.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, s.Record().Writings, st.Record.Writings, "what was written is in the state")
	s.Record().Writings = nil
	sameBytes(t, want, encode(t, s.Record()), "the record without them")
}

func TestWhatIsNotAllowedIsRefusedInASentence(t *testing.T) {
	s, h := paused(t, trial.Short(20))
	assert.ErrorContains(t, s.Write(strings.Repeat("x", 201), 1), "at most 200")
	assert.ErrorContains(t, s.Write("x", 2.1), "temperature")
	assert.ErrorContains(t, s.Write("\xff", 1), "UTF-8")
	assert.False(t, s.Writing())
	write(t, s, h, "Licht", 1)
	assert.Equal(t, "the text that is learnt has no 'L' (it has 'l')", s.Refused())
	assert.Empty(t, s.Record().Writings)
	write(t, s, h, "light", 1)
	assert.Empty(t, s.Refused())

	facts, err := experiment.Named("facts")
	require.NoError(t, err)
	other, _ := paused(t, facts)
	assert.ErrorContains(t, other.Write("a", 1), "learn a text")
	k := Autowriter{}
	k.Tick(other)
	assert.False(t, other.Writing())
}

// One arm's refusal is not forgotten because another writes.
func TestTheFirstRefusalIsKept(t *testing.T) {
	s, h := paused(t, trial.Short(20))
	finish(t, s, h)
	require.NoError(t, s.Write("light", 1))
	answer := func(arm int, why string) {
		s.wrote(arm, train.Message{Ask: s.asks, Text: why, Writing: record.Writing{Arm: arm}})
	}
	answer(0, "there is no place for a network that writes")
	answer(1, "")
	answer(2, "nor for this one")
	assert.Equal(t, "there is no place for a network that writes", s.Refused())
	write(t, s, h, "light", 1)
	assert.Empty(t, s.Refused(), "of the last that was asked for")
}

func TestNetworksWriteAnewAsOftenAsTheirShareOfTimeAllows(t *testing.T) {
	e := trial.Short(12)
	e.Steps = 1000
	for i := range e.Arms {
		e.Arms[i].Widen = nil
	}
	e.Arms = e.Arms[:1]
	s, _ := paused(t, e)
	k := Autowriter{Prompt: "light", Temperature: 1}
	var asked []int
	s.playing = true
	at := func(step int) {
		s.arms[0].writing = 0 // as if it had been written
		s.rec.Tracks[0] = []record.ArmFrame{{Step: step}}
		if k.Tick(s); s.Writing() {
			asked = append(asked, step)
		}
	}
	for step := range 600 {
		at(step)
	}
	every := e.WriteEvery()
	assert.Equal(t, []int{0, every, 2 * every, 3 * every, 4 * every}, asked)
	assert.InDelta(t, 20*experiment.WriteCount/2.2/8, every, 1)
	asked = nil
	at(600)
	assert.Empty(t, asked)
	began := k.begun
	s.now = func() time.Time { return began.Add(leastPause - time.Second) }
	k.took = 10 * time.Millisecond
	at(600)
	assert.Empty(t, asked, "it has to be read")
	s.now = func() time.Time { return began.Add(leastPause) }
	at(600)
	assert.Equal(t, []int{600}, asked, "a run that does not hurry")
	k.took, asked = time.Second, nil
	at(601)
	assert.Empty(t, asked, "it took long")
	s.playing = false
	at(601)
	assert.Equal(t, []int{601}, asked, "nothing else is to be done")
	at(601)
	assert.Len(t, asked, 1, "once")
	s.playing, asked = true, nil
	assert.Error(t, k.Write(s, "light", 3))
	require.NoError(t, k.Write(s, "of colours", 1))
	at(601)
	assert.Empty(t, asked, "a reader has asked")
	assert.Equal(t, "of colours", k.Prompt)
	asked = nil
	at(600)
	assert.Equal(t, []int{600}, asked, "the run has gone back")
	k.Temperature = 0
	at(600)
	assert.Equal(t, []int{600, 600}, asked, "something else to write")
	require.NoError(t, s.Reset())
	at(600)
	assert.Len(t, asked, 3, "another run")
}

func TestLearnersThatWriteAreGivenBack(t *testing.T) {
	d := &learnertest.Device{}
	h := NewLocalHost(d)
	s, err := New(trial.Valid(trial.Short(20)), h)
	require.NoError(t, err)
	settle(t, s, h, 4)
	write(t, s, h, "light", 1)
	require.NoError(t, s.Write("light", 0))
	s.Close() // in the middle of it
	givenBack(t, d)
}
