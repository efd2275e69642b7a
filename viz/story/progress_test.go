package story

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a reader has not chosen as a lesson is none that they have come anywhere in, though its text stands beside its
// experiment; and none is done by a run that did not wait for what its reader was to do.
func TestALessonIsDoneByWhoTookIt(t *testing.T) {
	s := newStand(t, "lock")
	s.view.Max = true
	s.step(s.view.Record.Experiment.Steps)
	assert.Equal(t, "lock", s.lesson.Name)
	assert.Empty(t, s.Progress(), "an example that ran through")

	s = taught(t, "")
	s.Touch()
	s.hurried, s.view.Max = 1, true
	s.step(1000)
	assert.True(t, s.complete())
	assert.Equal(t, Progress{"acts": {Chapter: "end"}}, s.Progress(), "hurried to its end")

	for name, reader := range map[string]func(s *stand){
		"only watches": func(s *stand) { s.pass(5) },
		"skips":        func(s *stand) { s.GoOn() },
	} {
		s = taught(t, "wide")
		s.step(299)
		s.run(1000)
		assert.Equal(t, "wide", s.chapter())
		s.touched = false
		reader(s)
		assert.Equal(t, "look", s.chapter(), name)
		s.run(1000)
		s.GoOn()
		s.run(1000)
		assert.True(t, s.complete())
		assert.Equal(t, name == "skips", s.Progress()["acts"].Done, name)
	}
}
