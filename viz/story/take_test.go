package story

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/viz/panel"
)

// An arm that its reader calls otherwise is called so by the lesson, in words, in questions and where it shows an
// update of it.
func TestALessonCallsAnArmAsItsReaderDoes(t *testing.T) {
	s := newStand(t, "facts")
	e := s.view.Record.Experiment.Clone()
	e.Arms[1].Name, e.Arms[2].Name = "My own", "Another"
	s.view.Record.Experiment = e // as the session does, in the midst of the run
	assert.Equal(t, "facts", panel.Told(e), "and so from its start")
	s.Take("update", "")
	s.pass(0)
	s.Turned(-1)
	turns := map[string]string{}
	asks := ""
	for _, c := range s.lesson.Chapters {
		s.at, s.phase = s.lesson.Chapter(c.ID), telling
		if turns[c.ID], _ = s.Turned(-1); c.Question != nil {
			s.phase = asking
			asks += Told{Items: [][]Run{s.page().Ask}}.Text()
		}
	}
	assert.Equal(t, []string{"update-arm=My own", "update-arm=Another"}, []string{turns["copy"], turns["reset"]})
	state := panel.State{Step: 301, Forked: true, Steps: 1000, Fork: 300}
	for i, a := range e.Arms {
		state.Arms = append(state.Arms, panel.Arm{Name: a.Name, Lock: panel.Lock{Pairs: 32 * min(i, 1), Locked: i}})
	}
	assert.Contains(t, told(s.lesson, "after", state, s.view.Record), "My own 1 of 32\nAnother 2 of 32")
	assert.Contains(t, told(s.lesson, "copy", state, s.view.Record), "A neuron of My own and its copy")
	assert.Contains(t, asks, "in My own its memory too")
	assert.Contains(t, asks, "In Another the memory of the copy is empty")
}
