package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// What a record shows is what the run showed when it ended; nobody trains, whatever is pressed, until it begins anew.
func TestARecordIsShownAsItsRunEnded(t *testing.T) {
	doc := trial.Valid(trial.Of(model.Inner, 12, 5, "small", "copy", "sparkling"))
	h := NewLocalHost(cpu.Factory{})
	s, err := New(doc, h)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	settle(t, s, h, 12)
	want := s.Arms()

	shown := Show(doc, s.Record(), h)
	t.Cleanup(shown.Close)
	assert.Equal(t, want, shown.Arms())
	assert.Equal(t, s.Describe(), shown.Describe())
	for range 2 {
		shown.Play()
		shown.Tick()
		assert.True(t, shown.Done())
		assert.True(t, shown.Forked())
		assert.True(t, shown.Settled())
		assert.Error(t, shown.WidenNow())
		assert.Error(t, shown.AskNetwork(0))
		shown.Pause()
		shown.StepOnce()
	}
	assert.Equal(t, 12, shown.Record().Last())

	require.NoError(t, shown.Reset())
	assert.False(t, shown.Done())
	settle(t, shown, h, 12)
	assert.Equal(t, s.Describe(), shown.Describe(), "the same run")
}

// A run that was ended early, or diverged, is shown as far as it came.
func TestARecordOfARunThatEndedEarlyIsShownAsFarAsItCame(t *testing.T) {
	doc := trial.Valid(trial.Of(model.Inner, 12, 5, "copy", "sparkling"))
	frames := func(n int) (t []record.ArmFrame) {
		for i := range n {
			t = append(t, record.ArmFrame{Step: i})
		}
		return t
	}
	early := record.New(doc)
	early.Tracks[0] = frames(4)
	lost := record.New(doc)
	lost.Tracks[0], lost.Tracks[1] = frames(13), frames(9)
	lost.Tracks[1][8].NotFinite = "train_loss"
	h := NewLocalHost(cpu.Factory{})

	s := Show(doc, early, h)
	assert.Equal(t, []record.ArmState{record.Finished, record.Waiting}, states(s))
	assert.Equal(t, 3, s.Arms()[0].Step)
	assert.Equal(t, 12, s.Arms()[0].End)
	assert.True(t, s.Done())
	assert.False(t, s.Forked())
	assert.Error(t, s.WidenNow())
	s.Play()
	s.Tick()
	assert.Equal(t, 3, s.Record().Last())

	s = Show(doc, lost, h)
	assert.Equal(t, []record.ArmState{record.Finished, record.Failed}, states(s))
	assert.Contains(t, s.Arms()[1].Err, "stopped at step 8")
	assert.True(t, s.Done())
	assert.True(t, s.Forked())
	for _, again := range []func(int) error{s.Restart, s.GoBack} {
		assert.ErrorContains(t, again(1), "the record of a run")
	}
	assert.Len(t, s.Record().Tracks[1], 9, "what was recorded stays")
	assert.Equal(t, record.Failed, s.Arms()[1].State)
}

func states(s *Session) (all []record.ArmState) {
	for _, a := range s.Arms() {
		all = append(all, a.State)
	}
	return all
}
