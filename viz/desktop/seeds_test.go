package desktop

import (
	"strings"
	"testing"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

func TestSeedsAreRunBesideTheReadersRunAndEachIsOpenedAndGoneBackFrom(t *testing.T) {
	d := open(t, trial.Of(model.Inner, 40, 15, "copy", "sparkling"), 1)
	t.Cleanup(d.close)
	own := d.session
	d.window.count = 0
	d.click("Run them")
	assert.Equal(t, viz.Seeds, d.view.Pinned())
	d.until(func(panel.State) bool {
		assert.False(t, d.sown.Playing() && own.Playing(), "one trains at a time")
		return d.sown.Summary(own) != nil && d.sown.Summary(own).Ended == 2
	})
	found := ""
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if t, ok := w.(*widget.Text); ok && strings.HasPrefix(t.Label, "All 2 seeds have ended. ") {
			found = t.Label
		}
	})
	assert.Contains(t, found, "SPARKLING minus Copy: ")
	d.click("#2")
	require.NotSame(t, own, d.session)
	assert.Equal(t, uint64(2), d.session.Experiment().Seed)
	assert.True(t, d.session.Done())
	assert.Empty(t, d.view.Pinned(), "its own pictures are in sight")
	assert.Equal(t, 40, d.session.Record().Last())
	d.click("#1")
	assert.Equal(t, uint64(1), d.session.Experiment().Seed)
	d.click("Go back to it")
	assert.Same(t, own, d.session)
	assert.Equal(t, 2, d.sown.Summary(own).Ended, "what was found stays")
}
