package panel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial/finished"
)

func TestEveryArmsFactsAreThoseOfTheRecord(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(100)
	e.Task.Letters, e.Task.Batch = 6, 8
	s := finished.Session(t, e)
	rec := s.Record()
	for _, shown := range []int{0, e.Fork(), e.Fork() + 1, 60, 100} {
		state := Of(s, shown)
		assert.Equal(t, 36, state.Facts)
		for i, a := range state.Arms {
			if a.Step < 0 {
				assert.Equal(t, Facts{Since: -1}, a.Facts, "%s has not begun", a.Name)
				continue
			}
			now, ok := rec.AnswersAt(i, shown)
			require.True(t, ok)
			assert.Equal(t, [3]int{now.Right, now.Asked, now.Step}, [3]int{a.Facts.Known, a.Facts.Of, a.Facts.Step})
			if before, ok := rec.AnswersAt(i, now.Step-1); ok {
				assert.Equal(t, before.Step, a.Facts.Since)
				assert.Equal(t, now.Right-before.Right, a.Facts.Learnt-a.Facts.Forgotten)
			} else {
				assert.Equal(t, -1, a.Facts.Since)
			}
		}
	}
	end := Of(s, -1)
	for _, a := range end.Arms {
		assert.Contains(t, end.Describe, fmt.Sprintf("facts known: %d of 36", a.Facts.Known))
		assert.Contains(t, end.Describe, fmt.Sprintf("%s learnt %d facts and forgot %d", a.Name, a.Facts.Learnt,
			a.Facts.Forgotten))
	}
	assert.Contains(t, end.Describe, fmt.Sprintf("Since the count at step %d ", end.Arms[0].Facts.Since))
	assert.Regexp(t, `^ Since the count at step \d+ the network learnt \d+ facts and forgot \d+\.$`,
		changed(rec, e.Fork()))
	assert.Empty(t, changed(rec, 0), "nothing was counted before")

	track := rec.Tracks[1]
	track[len(track)-1].NotFinite = "a loss"
	assert.Equal(t, Facts{Since: -1}, Of(s, -1).Arms[1].Facts, "what has diverged knows nothing")
	assert.NotContains(t, changed(rec, 100), e.Arms[1].Name)
	assert.Empty(t, changed(&record.Record{Experiment: experiment.Default(), Tracks: make([][]record.ArmFrame, 4)}, 9))
}
