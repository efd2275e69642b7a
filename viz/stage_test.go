package viz

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// stages are those that the story of facts has, and some that no story has.
var stages = []Stage{
	{}, {Main: Knowledge}, {Main: Knowledge, Aside: []PaneID{Loss}}, {Main: Knowledge, Aside: []PaneID{Network, Loss}},
	{Main: Network, Aside: []PaneID{Knowledge, Loss}}, {Main: Network, Half: Copies, Aside: []PaneID{Knowledge}},
	{Main: RMS, Aside: []PaneID{Network}}, {Main: Copies, Half: Divergence},
	{Main: Loss, Half: Knowledge, Aside: []PaneID{Copies, Divergence, RMS}},
}

// In any window the pictures of a stage stand beside each other, inside it, and one of them, or two that share its
// place, is large.
func TestOnePictureIsLargeAndNoneCoversAnother(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	for _, size := range [][2]float64{{1000, 796}, {840, 696}, {654, 664}, {640, 520}, {1120, 768}, {1600, 700},
		{390, 371}, {506, 306}, {60, 40}} {
		for _, s := range stages {
			where := fmt.Sprintf("%v in %v", s, size)
			s = s.of(e)
			places := s.arrange(size[0], size[1])
			require.NotEmpty(t, places)
			assert.Equal(t, s.Main, places[0].pane)
			if Crowded(size[0], size[1]) {
				assert.Len(t, places, 1, where)
				continue
			}
			window := box{0, 0, size[0], size[1]}
			main := places[0].box
			for i, p := range places {
				a := p.box
				assert.True(t, window.holds(point{a.x, a.y}) && window.holds(point{a.x + a.w, a.y + a.h}), where)
				assert.True(t, a.w >= leastAside && a.h >= 130, "%s: %v has room for a picture", where, a)
				switch {
				case p.size == aside:
					assert.True(t, a.h < 0.7*main.h || a.w < 0.85*main.w, "%s: %v is small", where, a)
				case i > 0:
					assert.Equal(t, s.Half, p.pane, where)
					assert.Equal(t, main.w*main.h, a.w*a.h, where)
				}
				for _, q := range places[:i] {
					b := q.box
					assert.True(t, a.x >= b.x+b.w || b.x >= a.x+a.w || a.y >= b.y+b.h || b.y >= a.y+a.h,
						"%s: %v and %v", where, a, b)
				}
			}
		}
	}
}

// What an experiment does not have leaves its place to what comes next.
func TestAStageIsOfThePicturesThatThereAre(t *testing.T) {
	text := experiment.Default()
	assert.Equal(t, Stage{Main: Loss, Aside: []PaneID{Copies}},
		Stage{Main: Knowledge, Aside: []PaneID{Loss, Copies}}.of(text))
	assert.Equal(t, Stage{Main: Copies, Aside: []PaneID{Loss}},
		Stage{Main: Copies, Half: Knowledge, Aside: []PaneID{Loss}}.of(text))
	assert.Equal(t, Stage{Main: Loss, Half: Copies, Aside: []PaneID{}}, Stage{Main: Loss, Half: Copies}.of(text))
	for _, s := range []Stage{{}, {Main: "nothing", Aside: []PaneID{"nothing"}}} {
		s = s.of(text)
		assert.Equal(t, PanesOf(text)[0].ID, s.Main)
		assert.Len(t, s.Aside, mostAside)
	}
}
