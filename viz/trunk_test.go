package viz

import (
	"strings"
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// What is said of the small phase is said of no arm: neither while it is trained, nor to who points back at it.
func TestTheSmallPhaseIsPointedAtInNoArmsName(t *testing.T) {
	testneed.Display(t)
	r, screen := recorded(t), ebiten.NewImage(520, 900)
	fork := r.Experiment.Fork()
	for _, c := range []struct {
		pane  PaneID
		step  int
		about string
	}{{Loss, fork - 5, "validation"}, {Loss, -1, "validation"}, {Loss, fork - 5, "learning rate"},
		{Loss, -1, "learning rate"}, {RMS, fork - 5, "ratio"}} {
		found := false
		for y := 100.0; y < 900; y += 50 {
			v := New()
			v.SetRecord(r)
			v.Layout(520, 900, 1)
			v.Pin(c.pane)
			v.SetStep(c.step)
			v.Point(100, y, true)
			v.Draw(screen, time.Now())
			var said string
			for _, w := range v.Words() {
				if w.Above {
					said += w.Text + "\n"
				}
			}
			if !strings.Contains(said, c.about) {
				continue
			}
			found = true
			assert.Contains(t, said, oneNetwork)
			for _, name := range v.names {
				assert.NotContains(t, said, name+":")
			}
		}
		assert.True(t, found, "%s is told of %s at step %d", c.about, c.pane, c.step)
	}
}
