package facts

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial/finished"
)

// ran is the record of a short run of few facts.
func ran(t *testing.T) *record.Record {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(100)
	e.Task.Letters, e.Task.Batch = 6, 8
	return finished.Session(t, e).Record()
}

func TestTablesHaveTheCountsOfTheRecord(t *testing.T) {
	r := ran(t)
	fork, last := r.Experiment.Fork(), 0
	for step := range r.Experiment.Steps + 1 {
		tables := Tables(r, step)
		if step <= fork {
			require.Len(t, tables, 1, "one network")
			assert.Equal(t, []int{0, 1, 2, 3}, tables[0].Arms)
		} else {
			require.Len(t, tables, 4)
		}
		for _, x := range tables {
			m, ok := r.MeasureAt(x.Arms[0], step)
			if !ok {
				m, ok = r.MeasureAt(r.Experiment.Trunk(), min(step, fork)) // what it was before it was counted itself
			}
			require.True(t, ok)
			require.Equal(t, [2]int{m.Value, m.Of}, [2]int{x.Known, x.Of}, "arm %d, step %d", x.Arms[0], step)
			right, learnt, forgotten := 0, 0, 0
			for fact, a := range x.Answers {
				if a.Right {
					right++
				}
				if x.Change(fact) == Learnt {
					learnt++
				}
				if x.Change(fact) == Forgotten {
					forgotten++
				}
			}
			require.Equal(t, x.Known, right)
			more, less := x.Changes()
			require.Equal(t, [2]int{more, less}, [2]int{learnt, forgotten})
			if before, ok := r.AnswersAt(x.Arms[0], x.Before); x.Compared() && ok {
				require.Equal(t, x.Known, before.Right+more-less, "arm %d, step %d", x.Arms[0], step)
				require.Less(t, x.Before, x.Step)
			}
			last = x.Known
		}
	}
	assert.Positive(t, last)
	assert.Equal(t, -1, Tables(r, 0)[0].Before)
	assert.False(t, func() bool { x := Tables(r, 0)[0]; return x.Compared() }())
}

func TestAFactIsLearntOrForgottenOnlyWhereTheAnswerTurned(t *testing.T) {
	answers := func(right ...bool) (list []record.Answer) {
		for _, yes := range right {
			list = append(list, record.Answer{Right: yes})
		}
		return list
	}
	x := Table{Answers: answers(true, false, true, false), before: answers(true, true, false, false)}
	for fact, want := range []Change{Same, Forgotten, Learnt, Same, Same} {
		assert.Equal(t, want, x.Change(fact), "fact %d", fact)
	}
	for _, first := range []Table{{}, {Answers: x.Answers}, {before: x.before}} {
		for fact := range 4 {
			assert.Equal(t, Same, first.Change(fact), "with nothing to compare with nothing has changed")
		}
	}
}

func TestArmsThatBeginAloneHaveTablesOfTheirOwn(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e.Arms = append(e.Arms, e.Clone().Arms[3])
	e.Arms[2].From = experiment.Scratch
	e.Arms[4].Name = "Later"
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, 5)}
	var arms [][]int
	for _, x := range Tables(r, 0) {
		arms = append(arms, x.Arms)
		assert.Zero(t, x.Of, "nothing was counted yet")
	}
	assert.Equal(t, [][]int{{0, 1, 3, 4}, {2}}, arms)
	r.Tracks[3] = []record.ArmFrame{{Arm: 3, Step: e.Fork() + 1}}
	assert.Len(t, Tables(r, e.Fork()+1), 5)
	assert.Len(t, Tables(r, e.Fork()), 2, "scrubbed back they are one again")
	e.Arms = e.Arms[:1]
	r = &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, 1)}
	x := Tables(r, 0)
	require.Len(t, x, 1)
	assert.False(t, x[0].Shared(), "the network of one arm is its own")
}
