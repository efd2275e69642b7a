package viz

import (
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// holds reports whether a picture has a colour anywhere.
func holds(picture image.Image, c color.RGBA) bool {
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if picture.At(x, y) == c {
				return true
			}
		}
	}
	return false
}

// Also of pictures that are made later: each asks of every arm whether it is shown.
func TestAnArmThatIsHiddenIsInNoPicture(t *testing.T) {
	testneed.Display(t)
	facts, err := experiment.Named("facts")
	require.NoError(t, err)
	for name, r := range map[string]*record.Record{"a text": recorded(t), "facts": invented(facts.Rescale(200))} {
		t.Run(name, func(t *testing.T) {
			const arm = 1
			hue := style.Of(r.Experiment)[arm].Hue
			seen := 0
			for _, pane := range PanesOf(r.Experiment) {
				for _, step := range []int{-1, r.Experiment.Fork() + 1} {
					show := func(hide bool) image.Image {
						return drawn(t, r, 700, 600, 1, func(v *View) {
							v.Hide(arm, hide)
							v.Pin(pane.ID)
							v.SetStep(step)
							v.SetReducedMotion(true)
							v.Point(300, 300, true)
						})
					}
					if holds(show(false), hue) {
						seen++
					}
					assert.False(t, holds(show(true), hue), "%s at step %d", pane.Label, step)
				}
			}
			assert.GreaterOrEqual(t, seen, 8, "it is there where it is not hidden")
		})
	}
}

func TestBeforeTheArmsPartTheirOneNetworkIsShownWhoeverIsHidden(t *testing.T) {
	testneed.Display(t)
	r := recorded(t)
	for _, pane := range PanesOf(r.Experiment) {
		show := func(hide bool) image.Image {
			return drawn(t, r, 700, 600, 1, func(v *View) {
				v.Hide(r.Experiment.Trunk(), hide)
				v.Pin(pane.ID)
				v.SetStep(r.Experiment.Fork() - 1)
			})
		}
		assert.True(t, slices.Equal(show(false).(*image.RGBA).Pix, show(true).(*image.RGBA).Pix), pane.Label)
	}
}

func TestTheLastArmThatIsShownStays(t *testing.T) {
	v := New()
	v.SetRecord(recorded(t))
	for i := range v.rec.Experiment.Arms {
		v.Hide(i, true)
	}
	assert.Equal(t, []bool{true, true, true, false}, []bool{v.Hidden(0), v.Hidden(1), v.Hidden(2), v.Hidden(3)})
	v.Hide(1, false)
	assert.False(t, v.Hidden(1))
}

func TestHiddenArmsStayHiddenInAnotherRunWhereTheyAre(t *testing.T) {
	v := New()
	e := experiment.Default()
	of := func(e experiment.Experiment) *record.Record {
		return &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	}
	v.SetRecord(of(e))
	v.Hide(0, true)
	v.Hide(3, true)
	other := e.Clone()
	other.Arms[0], other.Arms[2] = other.Arms[2], other.Arms[0]
	v.SetRecord(of(other))
	assert.Equal(t, []bool{false, false, true, true}, []bool{v.Hidden(0), v.Hidden(1), v.Hidden(2), v.Hidden(3)})
	other = other.Clone()
	other.Arms = other.Arms[2:]
	v.SetRecord(of(other))
	assert.False(t, v.Hidden(0) || v.Hidden(1), "something is shown")
}
