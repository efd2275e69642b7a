package desktop

import (
	"testing"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// There are more controls than the panel has room for; Tab goes through all of them.
func TestControlThatTheKeyboardLeadsToIsInSight(t *testing.T) {
	d := open(t, short(), 1)
	d.click("Pause")
	d.settled()
	all := d.panel.content.GetFocusers()
	for _, f := range []widget.Focuser{all[len(all)-1], all[0]} {
		require.False(t, f.GetWidget().Rect.In(d.panel.scroll.ViewRect()))
		d.ui.SetFocusedWidget(f)
		d.frame() // it is seen to,
		d.frame() // and then the panel goes there
		d.frame()
		at := f.GetWidget().Rect
		assert.True(t, at.In(d.panel.scroll.ViewRect()), "%v is in %v", at, d.panel.scroll.ViewRect())
	}
}

// The shortcuts wait while a control has the keyboard, and a control that is gone must not have it.
func TestKeyboardIsFreeWhenThePanelIsMadeAnew(t *testing.T) {
	d := open(t, short(), 1)
	list := d.examples()
	d.ui.SetFocusedWidget(list)
	require.True(t, d.ui.HasFocus())
	list.SetSelectedEntry(experiment.Choice{Value: "compute", Label: "The same compute"})
	d.frame()
	require.Equal(t, "compute", d.session.Experiment().Name)
	assert.False(t, d.ui.HasFocus())
}

// examples is the list that offers them, the first of the panel.
func (d *driver) examples() (list *widget.ListComboButton) {
	d.t.Helper()
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if l, ok := w.(*widget.ListComboButton); ok && list == nil {
			list = l
		}
	})
	require.NotNil(d.t, list)
	return list
}
