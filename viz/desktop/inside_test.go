package desktop

import (
	"testing"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// What can be chosen about a picture that looks inside is offered while that is in sight, and is the same on the
// picture and beside it.
func TestThePanelHasTheChoicesOfThePictureInSight(t *testing.T) {
	d := open(t, short(), 1)
	d.until(func(s panel.State) bool { return s.Done })
	assert.False(t, d.says("Look inside"))
	d.view.Pin(viz.Inside)
	d.frame()
	d.frame()
	assert.True(t, d.says("Look inside"))
	d.until(func(panel.State) bool { return len(d.view.Numbers()) == 1 && d.view.Numbers()[0].Says == "" })
	chosen := func(id string) int {
		for _, c := range d.view.Choices() {
			if c.ID == id {
				return c.Chosen
			}
		}
		return -1
	}
	lists := func() (out []*widget.ListComboButton) {
		each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
			if l, ok := w.(*widget.ListComboButton); ok {
				out = append(out, l)
			}
		})
		return out
	}
	with := func(label string) *widget.ListComboButton {
		for _, l := range lists() {
			if l.SelectedEntry().(experiment.Choice).Label == label {
				return l
			}
		}
		require.FailNow(t, "no list", label)
		return nil
	}
	with("weights").SetSelectedEntry(experiment.Choice{Value: "1", Label: "gradients"})
	d.frame()
	assert.Equal(t, 1, chosen("values"))
	d.view.Choose("layer", 1)
	d.frame()
	d.frame()
	with("layer 2 of 2")
	d.view.Pin(viz.Loss)
	d.frame()
	d.frame()
	assert.False(t, d.says("Look inside"))
}

// The panel may be made anew in the very frame in which another picture, or another choice of it, comes into sight.
func TestAChoiceFollowsThePicturesThoughThePanelIsMadeAnewMeanwhile(t *testing.T) {
	d := open(t, short(), 1)
	d.click("Pause")
	picture := func() string { return d.panel.picture.SelectedEntry().(experiment.Choice).Value }
	for _, id := range []viz.PaneID{viz.RMS, viz.Inside, "", viz.Loss} {
		was := d.view.Pinned()
		d.panel.build()
		d.Draw(d.screen) // its lists have begun to say what they begin with
		assert.Equal(t, string(was), picture())
		d.view.Pin(id)
		d.frame()
		d.frame()
		assert.Equal(t, id, d.view.Pinned())
		assert.Equal(t, string(id), picture())
	}
	d.panel.picture.SetSelectedEntry(experiment.Choice{Value: "rms", Label: "RMS alone"})
	d.frame()
	assert.Equal(t, viz.RMS, d.view.Pinned(), "and the reader's choice counts")
}
