package desktop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// A click on a pair opens its next update and lets the run wait; the arrow keys go through it, and the next one is one
// step of every arm further.
func TestAnUpdateIsSteppedThroughInTheWindow(t *testing.T) {
	e := short().Rescale(300)
	d := open(t, e, 1)
	d.click("max")
	fork := d.session.Experiment().Fork()
	d.until(func(s panel.State) bool { return s.Last > fork })
	d.click("¼×") // or a fast machine comes to the end before the click
	d.view.Pin(viz.Copies)
	d.frame()
	d.frame()
	at := d.view.Shown()[0]
	for y := at.Y + 70; y < at.Y+at.H && d.view.Pinned() == viz.Copies; y += 5 {
		for x := at.X; x < at.X+at.W && d.view.Pinned() == viz.Copies; x += 5 {
			if d.view.Point(x, y, true); d.view.Pressable() {
				d.view.Press(x, y)
			}
		}
	}
	require.Equal(t, viz.Update, d.view.Pinned())
	assert.False(t, d.session.Playing(), "the run waits")
	d.settled()
	told := func() viz.Slow { return d.view.Slow() }
	answered := func() {
		d.frame()
		d.until(func(panel.State) bool { d.Draw(d.screen); return told().Asked == "" })
	}
	answered()
	require.Len(t, told().Halves, 2, told().Title)
	for range 5 {
		d.stepUpdate(1)
	}
	assert.NotEmpty(t, told().Short)
	before := d.session.Record().Last()
	require.Less(t, before, e.Steps)
	d.view.NextUpdate()
	d.until(func(s panel.State) bool { return s.Last == before+1 })
	answered()
	assert.Zero(t, told().Stage)
	assert.Equal(t, before+1, d.session.Record().Last(), "one step, and then it waits again")
	for _, a := range d.session.Arms() {
		assert.Equal(t, before+1, a.Step, a.Name)
	}
}
