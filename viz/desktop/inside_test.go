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
