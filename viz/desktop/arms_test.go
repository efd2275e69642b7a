package desktop

import (
	"fmt"
	"testing"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

func names(e experiment.Experiment) (out []string) {
	for _, a := range e.Arms {
		out = append(out, a.Name)
	}
	return out
}

// with gives a button the keyboard, and presses it.
func (d *driver) with(id string) {
	d.t.Helper()
	b := d.panel.buttons[id]
	require.NotNil(d.t, b, id)
	require.False(d.t, b.GetWidget().Disabled, id)
	d.ui.SetFocusedWidget(b)
	d.frame()
	b.Click()
	d.frame()
	d.frame()
}

// called is the input for the name of an arm: where it has none of its own, its name stands there in grey.
func (d *driver) called(arm int) (input *widget.TextInput) {
	d.t.Helper()
	label, found := fmt.Sprintf("Name of arm %d", arm+1), false
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		switch w := w.(type) {
		case *widget.Text:
			found = w.Label == label
		case *widget.TextInput:
			if found {
				input, found = w, false
			}
		}
	})
	require.NotNil(d.t, input, label)
	return input
}

func TestArmsAreNamedMovedRemovedAndAddedInTheWindow(t *testing.T) {
	d := open(t, short(), 1)
	d.until(func(s panel.State) bool { return s.Last > 2 })
	d.click("Pause")
	last := d.settled().Last
	d.called(1).SetText("Mine")
	d.frame()
	d.frame()
	assert.Equal(t, []string{"Small", "Mine", "Asymmetric reset", "SPARKLING"}, names(d.session.Experiment()),
		"it holds at once")
	assert.Equal(t, last, panel.Of(d.session, -1).Last, "and the run goes on")
	assert.True(t, d.says("Mine and Asymmetric reset differ in one thing: optimizer states (copied against emptied "+
		"for the copies)."))
	d.with("down 1")
	assert.Equal(t, []string{"Small", "Asymmetric reset", "Mine", "SPARKLING"}, names(d.panel.draft.Experiment))
	assert.True(t, d.says("Their order is now Small, Asymmetric reset, Mine and SPARKLING."))
	d.with("remove 0")
	assert.True(t, d.says("Small is no more."))
	assert.Equal(t, widget.Focuser(d.panel.buttons["remove 0"]), d.ui.GetFocusedWidget(), "whoever pressed it is there")
	require.NoError(t, d.panel.draft.Add("drop"))
	d.panel.build()
	d.frame()
	assert.True(t, d.says("Drop, not yet running"))
	assert.True(t, d.says("Changed, not yet running: 3."))
	assert.Equal(t, []string{"Small", "Mine", "Asymmetric reset", "SPARKLING"}, names(d.session.Experiment()))
	d.panel.bar.Current = 700
	d.frame()
	d.frame()
	d.shot("window-arms")
	d.click("Run this experiment")
	assert.Equal(t, []string{"Asymmetric reset", "Mine", "SPARKLING", "Drop"}, names(d.session.Experiment()))
	d.until(func(s panel.State) bool { return s.Last > 2 })
}

func TestAnArmIsHiddenInTheWindow(t *testing.T) {
	d := open(t, short(), 1)
	d.click("max")
	s := d.until(func(s panel.State) bool { return s.Done })
	value := four(s.Arms[1], s.Arms[1].FullValLoss)
	require.True(t, d.says(value))
	all := d.view.Picture()
	d.with("shown 1")
	assert.False(t, d.says(value), "no table has it")
	assert.NotEqual(t, all.Pix, d.view.Picture().Pix)
	d.shot("window-hidden")
	for _, id := range []string{"shown 0", "shown 2", "shown 3"} {
		d.with(id)
	}
	assert.False(t, d.view.Hidden(3), "the last one stays")
	for _, id := range []string{"shown 0", "shown 1", "shown 2"} {
		d.with(id)
	}
	assert.True(t, d.says(value))
}
