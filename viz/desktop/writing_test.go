package desktop

import (
	"testing"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// prompt is where one types what networks are to go on with; nil where nothing is asked.
func (d *driver) prompt() (found *widget.TextInput) {
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if i, ok := w.(*widget.TextInput); ok && found == nil {
			found = i
		}
	})
	return found
}

func TestNetworksGoOnWithWhatIsTypedInTheWindow(t *testing.T) {
	d := open(t, short(), 1)
	d.until(func(s panel.State) bool { return s.Done })
	d.prompt().SetText("Licht")
	d.click("Write")
	d.until(func(s panel.State) bool { return s.Writing.Refused != "" })
	assert.True(t, d.says("the text that is learnt has no 'L' (it has 'l')."))
	d.prompt().SetText("the rays of ")
	d.click("2.0")
	s := d.until(func(s panel.State) bool {
		return !s.Writing.Busy && len(s.Writing.Texts) == 4 && s.Writing.Texts[3].Temperature == "2"
	})
	for i, w := range s.Writing.Texts {
		assert.Equal(t, []string{s.Arms[i].Name, "the rays of ", "2"}, []string{w.Name, w.Prompt, w.Temperature})
	}
	assert.Equal(t, 2.0, d.writer.Temperature, "and so from now on")
	d.shot("window-writing")
}

func TestWindowAsksForNoWordsWhereNoTextIsLearnt(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	d := open(t, e, 1)
	assert.False(t, d.says("Let the networks write"))
}
