package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// watch asks for what is wanted until all of it is there.
func watch(t *testing.T, s *Session, h *LocalHost, wants []look.Want) {
	t.Helper()
	for ; !s.Watched(wants); h.Wait(50 * time.Millisecond) {
		require.NoError(t, t.Context().Err(), "nobody answers")
		s.Watch(wants)
	}
}

func TestAPausedRunAnswersAtOnceAtItsStep(t *testing.T) {
	s, h := paused(t, trial.Short(20))
	wants := []look.Want{{Arm: 0, Question: look.OneLayer(0, record.Weight)},
		{Arm: 2, Question: look.OneUpdate(0, 0, 1, look.None)}, {Arm: 9}, {Arm: 1}}
	watch(t, s, h, wants)
	for _, w := range wants[:2] {
		a, ok := s.Looked(w.Arm, w.Question)
		require.True(t, ok, "before the arms part the small phase answers for them")
		assert.Equal(t, []any{0, "", w.Question}, []any{a.Step, a.Declined, a.Question})
	}
	_, ok := s.Looked(9, wants[0].Question)
	assert.False(t, ok)
	assert.Error(t, s.Look(9, wants[0].Question))
	assert.Error(t, s.Look(0, look.Question{}))
	settle(t, s, h, 12)
	watch(t, s, h, wants)
	first, _ := s.Looked(0, wants[0].Question)
	second, _ := s.Looked(2, wants[1].Question)
	assert.Equal(t, []int{12, 12}, []int{first.Step, second.Step})
	assert.NotEqual(t, first.Number, second.Number)
	_, ok = s.Looked(1, wants[0].Question)
	assert.False(t, ok, "now every arm answers for itself")
	require.NoError(t, s.Reset())
	_, ok = s.Looked(0, wants[0].Question)
	assert.False(t, ok, "what runs anew was not looked at yet")
}

func TestArmsThatHaveNoNetworkSayWhy(t *testing.T) {
	s, h := paused(t, trial.Short(20))
	q := look.OneLayer(0, record.Weight)
	s.failed(1, "it was too much")
	require.NoError(t, s.Look(1, q))
	a, ok := s.Looked(1, q)
	assert.True(t, ok)
	assert.Equal(t, s.Arms()[1].Name+" has stopped", a.Declined)
	watch(t, s, h, []look.Want{{Arm: 1, Question: q}})
}

// While a run goes on, those who look get a small share of its time; what was never answered is asked at once.
func TestLookingTakesASmallShareOfARunsTime(t *testing.T) {
	d := &desk{}
	s, err := New(trial.Valid(trial.Short(20)), d)
	require.NoError(t, err)
	defer s.Close()
	now := time.Now()
	s.now = func() time.Time { return now }
	q := []look.Want{{Question: look.OneHead(0, 0, 0)}, {Question: look.OneHead(0, 1, 0)}}
	for d.next() {
	}
	s.Play()
	s.SetSpeed(Max)
	s.Hold(3)
	asks := func() int {
		before := s.asks
		s.Watch(q)
		return s.asks - before
	}
	assert.Equal(t, 1, asks(), "one question of an arm at a time")
	assert.Zero(t, asks())
	assert.False(t, s.Watched(q))
	for d.next() {
	}
	assert.Equal(t, 1, asks(), "and then the other, which has no answer yet")
	for d.next() {
	}
	a := &s.arms[s.trunk]
	require.Positive(t, a.looks.took)
	a.Step++
	assert.Zero(t, asks(), "the run has gone on, but looking has had its share")
	now = now.Add(lookShare*a.looks.took + time.Second)
	assert.Equal(t, 1, asks())
	for d.next() {
	}
	a.Step++
	assert.Zero(t, asks())
	s.Pause()
	assert.Equal(t, 1, asks(), "a paused run has time")
}

// Whoever looks changes no bit of what a session measures.
func TestASessionThatIsLookedAtKeepsItsBits(t *testing.T) {
	want := encode(t, runAll(t, trial.Short(20)))
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(trial.Short(20)), h)
	require.NoError(t, err)
	defer s.Close()
	var wants []look.Want
	for arm := range s.Arms() {
		for _, q := range []look.Question{look.OneUpdate(1, 1, 2, look.None), look.OneLayer(0, look.Activations),
			look.AllTensors(record.Gradient, look.Robust), look.OneHead(1, 1, 3)} {
			wants = append(wants, look.Want{Arm: arm, Question: q})
		}
	}
	for step := 0; step < 20; step += 3 {
		settle(t, s, h, step)
		watch(t, s, h, wants)
	}
	sameBytes(t, want, encode(t, finish(t, s, h)), "the record")
	answered := 0
	for _, w := range wants {
		if a, ok := s.Looked(w.Arm, w.Question); ok && a.Declined == "" {
			answered++
		}
	}
	assert.Greater(t, answered, len(wants)/2)
}
