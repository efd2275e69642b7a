package desktop

import (
	"strings"
	"testing"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// reads reports whether words are somewhere among what can be read.
func (d *driver) reads(words string) bool {
	found := false
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if t, ok := w.(*widget.Text); ok && strings.Contains(t.Label, words) {
			found = true
		}
	})
	return found
}

// The window tells the same story as the page: it holds the run, asks, goes on, and counts at the end.
func TestWindowTellsTheStoryAtItsReadersPace(t *testing.T) {
	e := trial.Quick(experiment.FirstMinute(), 100)
	e.Task.Letters = 6
	d := opened(t, e, 1, 1440, 900)
	d.click("4×")
	d.director.Touch()
	d.until(func(s panel.State) bool { return s.Last == 29 && d.director.Waits() })
	assert.True(t, d.reads("At step 30 of 100 every neuron gets an exact copy."))
	assert.False(t, d.session.Forked(), "it waits")
	d.shot("window-asks")
	d.click("They stay")
	d.until(func(s panel.State) bool { return s.Last == 31 && d.director.Waits() })
	assert.True(t, d.reads("You said: They stay. Twice the neurons, the same answers"))
	assert.True(t, d.reads("neuron: One unit of an expert"), "words are explained")
	d.click("Continue")
	d.until(func(panel.State) bool { return d.reads("is how much each block adds") && d.director.Waits() })
	d.click("Continue")
	d.until(func(panel.State) bool { return d.reads("will they come apart?") })
	d.panel.space()
	d.until(func(s panel.State) bool {
		return s.Last == 70 && d.director.Waits() && !d.reads("will they come apart?")
	})
	assert.True(t, d.reads("Copy: 64 of 64 pairs are still equal."))
	d.click("2")
	assert.Equal(t, 31, d.shown, "turning back looks back")
	d.click("max")
	d.until(func(s panel.State) bool { return s.Done })
	d.click("6")
	assert.True(t, d.reads("SPARKLING knows"))
	require.True(t, d.reads("seed 1: "))
	d.shot("window-end")
	d.click("4×")
	d.click("Another seed")
	d.until(func(s panel.State) bool { return s.Done && s.Seed == "2" && s.Speed == "4" })
	d.frame()
	assert.True(t, d.reads("seed 2: "), "and the first is kept beside it")
	assert.True(t, d.reads("seed 1: "))
}
