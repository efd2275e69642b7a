package desktop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// The window has the lessons too: it waits for what is to be done, shows what it speaks of, and keeps how far its user
// has come.
func TestWindowTeachesALesson(t *testing.T) {
	e := trial.Quick(experiment.FirstMinute(), 100)
	e.Task.Letters = 6
	d := opened(t, e, 1, 1440, 900)
	var kept string
	d.options.Keep = func(progress []byte) error { kept = string(progress); return nil }
	require.True(t, d.director.Take("width", ""))
	d.director.Touch()
	d.lead()
	d.panel.build()
	d.frame()
	d.click("4×")
	d.until(func(s panel.State) bool { return s.Last == 29 && d.director.Waits() })
	assert.True(t, d.reads("Lesson 1. What width is for"))
	assert.True(t, d.reads("which wide ones will know clearly more?"))
	d.click("Not all")
	d.until(func(panel.State) bool { return d.reads("Press Widen ×2.") })
	d.click("Widen ×2")
	s := d.until(func(s panel.State) bool { return s.Last == 31 && d.director.Waits() })
	assert.Equal(t, 30, s.Fork)
	assert.True(t, d.reads("64 neurons have become 128"))
	d.shot("window-lesson")
	d.click("the pairs")
	assert.Equal(t, viz.Copies, d.view.Pinned())
	d.until(func(s panel.State) bool { return s.Last == 70 && d.director.Waits() })
	assert.True(t, d.reads("Copy 64 of 64"))
	d.click("Continue")
	d.until(func(s panel.State) bool { return s.Done && d.director.Waits() })
	d.click("Continue")
	d.until(func(panel.State) bool { return d.reads("Facts known at the end, of 36:") })
	assert.JSONEq(t, `{"width": {"chapter": "", "done": true}}`, kept)
	d.shot("window-lesson-end")
	d.click("Next lesson")
	assert.Equal(t, "lock", d.session.Experiment().Name)
	assert.True(t, d.reads("Lesson 2. The lock"))
}
