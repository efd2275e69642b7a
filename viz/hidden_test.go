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
	"github.com/sparkling-lab/sparkling/sim/look"
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

// What was chosen is a network, not a place in a list: hiding another one changes nothing, and hiding it itself leaves
// none of it.
func TestAChosenNetworkStaysChosenUntilItIsHidden(t *testing.T) {
	v := New()
	v.SetRecord(recorded(t))
	v.Layout(1000, 796, 1)
	v.Pin(Inside)
	chosen := func() string {
		c := v.armChoice()
		return c.Options[c.Chosen]
	}
	names := v.Readable(v.rec.Experiment)
	require.True(t, v.Turn("arm="+names[3]))
	require.Equal(t, names[3], chosen())
	v.Hide(1, true)
	assert.Equal(t, names[3], chosen())
	v.Hide(3, true)
	assert.Equal(t, "all arms", chosen())

	v.OpenUpdate(2, 0, 1, 3, 11)
	v.Hide(1, false)
	assert.Equal(t, 2, v.slowly().arm)
	v.Hide(2, true)
	assert.Equal(t, 1, v.slowly().arm)
	assert.Equal(t, look.OneUpdate(0, 1, 3, look.Twin), v.slowly().question)
	assert.NotContains(t, v.slowArms(), 2)
	v.Hide(1, true)
	assert.Equal(t, []int{0}, v.slowArms(), "one that is shown, though it is not widened")
	assert.Zero(t, v.slowly().arm)
}

// In another run the chosen network is the one of that name, wherever it stands, and none where there is none.
func TestWhatIsChosenOfAnArmIsKnownAgainByItsName(t *testing.T) {
	r := recorded(t)
	v := New()
	v.SetRecord(r)
	v.Layout(1000, 796, 1)
	v.Pin(Inside)
	require.True(t, v.Turn("arm="+v.Readable(r.Experiment)[3]))
	v.OpenUpdate(3, 0, 1, 3, look.Twin)
	moved := r.Experiment.Clone()
	_, err := moved.MoveArm(3, 1)
	require.NoError(t, err)
	v.SetRecord(invented(moved))
	assert.Equal(t, 1, v.slowly().arm)
	assert.Equal(t, 3, v.slowly().question.Neuron)
	assert.Equal(t, 2, v.chosen.arm)
	_, err = moved.RemoveArm(1)
	require.NoError(t, err)
	v.SetRecord(invented(moved))
	assert.NotEqual(t, r.Experiment.Arms[3].Name, moved.Arms[v.slowly().arm].Name)
	assert.Zero(t, v.slowly().question.Neuron, "another network's neuron is another one")
	assert.Zero(t, v.chosen.arm)
}

func TestASequenceIsOneThatTheExperimentHas(t *testing.T) {
	r := recorded(t)
	v := New()
	v.SetRecord(r)
	v.chosen.text = 21
	small := r.Experiment.Clone()
	small.Task.Batch = 1
	v.SetRecord(invented(small))
	assert.Zero(t, v.headQuestion().Sequence)
}
