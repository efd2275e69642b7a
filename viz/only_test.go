package viz

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// What a page in another one names is shown and nothing else, whatever the story and its reader do; pictures that the
// experiment does not have are named, and the others stand there.
func TestOnlyThePicturesThatAreNamedAreShown(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	doc, err := e.Validate()
	require.NoError(t, err)
	v := New()
	v.SetRecord(record.New(doc))
	v.Layout(1000, 700, 1)
	panes := func() (ids []PaneID) {
		v.places = v.arrange()
		for _, p := range v.places {
			ids = append(ids, p.pane)
		}
		return ids
	}
	stage := panes()
	require.Greater(t, len(stage), 1)

	require.NoError(t, v.Only(Copies))
	assert.Equal(t, []PaneID{Copies}, panes())
	assert.Equal(t, whole, v.places[0].size)
	v.Follow(Stage{Main: Network, Aside: []PaneID{Loss}}, "", true)
	assert.Equal(t, []PaneID{Copies}, panes(), "whatever a chapter speaks of")
	heading := v.places[0].heading()
	assert.False(t, v.Press(heading.x+5, heading.y+5), "nothing else can take its place")
	assert.True(t, v.seenLarge(Copies))
	assert.False(t, v.seenLarge(Network))

	require.NoError(t, v.Only(Copies, Loss))
	assert.Equal(t, []PaneID{Copies, Loss}, panes())
	heading = v.places[1].heading()
	assert.True(t, v.Press(heading.x+5, heading.y+5))
	assert.Equal(t, []PaneID{Loss}, panes(), "one of two is shown alone by a click")
	assert.True(t, v.Press(v.places[0].box.x+5, v.places[0].box.y+5))
	assert.Equal(t, []PaneID{Copies, Loss}, panes())

	v.Layout(300, 200, 1)
	assert.Equal(t, []PaneID{Copies}, panes(), "the first, where there is no room for both")
	heading = v.places[0].heading()
	assert.False(t, v.Press(heading.x+5, heading.y+5), "and a click brings nothing back")
	v.Layout(1000, 700, 1)

	err = v.Only(Writing, Loss)
	assert.ErrorContains(t, err, "no picture called “writing”")
	assert.ErrorContains(t, err, "knowledge, loss, copies", "those that there are")
	assert.Equal(t, []PaneID{Loss}, panes())
	require.Error(t, v.Only("x", "y"))
	assert.Equal(t, []PaneID{Network, Loss}, panes(), "the story's")
	require.NoError(t, v.Only())
	assert.Empty(t, v.Alone())
}

// Two pictures that share a window are equal parts of it, beside or below each other, and cover nothing. Where there is
// no room for both, the first is alone.
func TestPicturesThatShareAWindowAreEqualParts(t *testing.T) {
	for _, size := range [][2]float64{{1600, 748}, {640, 308}, {390, 371}, {390, 600}} {
		places := share([]PaneID{Copies, Loss}, size[0], size[1])
		require.Len(t, places, 2)
		a, b := places[0].box, places[1].box
		assert.InDelta(t, a.w, b.w, 1e-9)
		assert.InDelta(t, a.h, b.h, 1e-9)
		assert.True(t, a.x+a.w < b.x || a.y+a.h < b.y, "%v and %v in %v", a, b, size)
		window := box{0, 0, size[0], size[1]}
		assert.True(t, window.holds(point{b.x + b.w, b.y + b.h}) && window.holds(point{a.x, a.y}), size)
	}
	assert.Equal(t, []place{{pane: Copies, box: within(423, 308), size: whole}},
		share([]PaneID{Copies, Loss}, 423, 308))
}
