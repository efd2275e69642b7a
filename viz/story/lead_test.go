package story

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// Only the run that was hurried goes at full speed, and a speed that its reader picks is theirs.
func TestOnlyTheRunThatIsHurriedIsFast(t *testing.T) {
	for name, x := range map[string]struct {
		then func(*Director, *session.Session)
		want session.Speed
	}{
		"it goes on":        {func(*Director, *session.Session) {}, session.Max},
		"again, of another": {func(d *Director, s *session.Session) { again(t, s); d.Hurry(s) }, session.Max},
		"another run":       {func(_ *Director, s *session.Session) { again(t, s) }, 2},
		"reset":             {func(_ *Director, s *session.Session) { require.NoError(t, s.Reset()) }, 2},
		"a speed is picked": {func(_ *Director, s *session.Session) { s.SetSpeed(0.5) }, 0.5},
		"picked, another": {func(d *Director, s *session.Session) {
			s.SetSpeed(0.5)
			d.Lead(time.Unix(3, 0), s, -1)
			again(t, s)
		}, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := session.New(trial.Valid(brief(t, "facts")), session.NewLocalHost(cpu.Factory{}))
			require.NoError(t, err)
			t.Cleanup(s.Close)
			d := NewDirector()
			s.SetSpeed(2)
			d.Lead(time.Unix(1, 0), s, -1)
			d.Hurry(s)
			d.Lead(time.Unix(2, 0), s, -1)
			require.Equal(t, session.Max, s.Speed())
			x.then(d, s)
			d.Lead(time.Unix(4, 0), s, -1)
			assert.Equal(t, x.want, s.Speed())
		})
	}
}

func again(t *testing.T, s *session.Session) {
	t.Helper()
	e := s.Experiment()
	e.Seed++
	require.NoError(t, s.SetExperiment(trial.Valid(e)))
}

// A run has passed a chapter as soon as it has gone into the next one; what begins at its newest step is still to come.
func TestARunPassesAChapterWhenItGoesIntoTheNext(t *testing.T) {
	h := session.NewLocalHost(cpu.Factory{})
	s, err := session.New(trial.Valid(brief(t, "lock")), h)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	s.SetSpeed(session.Max)
	passed := func(step int) (ids []string) {
		s.Hold(step)
		for s.Play(); reached(s) < step; s.Tick() {
			h.Wait(time.Millisecond)
		}
		l := Named("lock")
		for _, c := range l.Chapters {
			if l.Passed(c.ID, s) {
				ids = append(ids, c.ID)
			}
		}
		return ids
	}
	fork, steps := s.Experiment().Fork(), s.Experiment().Steps
	assert.Empty(t, passed(fork-1), "it waits for a guess")
	assert.Equal(t, []string{"learning"}, passed(fork))
	assert.Equal(t, []string{"learning", "guess"}, passed(fork+1))
	assert.Equal(t, []string{"learning", "guess", "equal", "update"}, passed(steps), "the result is still to come")
	assert.False(t, Named("lock").Passed("nowhere", s))
}
