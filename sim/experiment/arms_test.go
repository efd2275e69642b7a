package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestArmsAreAddedRemovedAndMovedAndTheOthersStayAsTheyAre(t *testing.T) {
	e := Default()
	said, err := e.AddArm("drop")
	require.NoError(t, err)
	assert.Equal(t, "Drop is new: neurons copied, all optimizer states emptied.", said)
	assert.Equal(t, []string{"Small", "Copy", "Asymmetric reset", "SPARKLING", "Drop"}, armNames(e))
	assert.Equal(t, "default (changed)", e.Name)
	assert.Equal(t, "The experiment default with other controls: with Drop too.", e.About)
	treated, ok := TreatmentOf(e.Arms[4])
	assert.True(t, ok)
	assert.Equal(t, "drop", treated.ID)
	assert.Equal(t, Default().Arms, e.Arms[:4], "nothing else is changed")

	said, err = e.CopyArm(1)
	require.NoError(t, err)
	assert.Equal(t, "Copy 2 is new: neurons and optimizer states copied.", said)
	assert.Equal(t, []string{"Small", "Copy", "Copy 2", "Asymmetric reset", "SPARKLING", "Drop"}, armNames(e))
	assert.Equal(t, e.Arms[1].Widen, e.Arms[2].Widen)
	require.NoError(t, e.Turn("arm2.rewarm", "new"))
	assert.Equal(t, "Own mixture", e.Arms[2].Name, "it is called after what it does")
	assert.Equal(t, Default().Arms[1], e.Arms[1], "the copy is its own")

	said, err = e.MoveArm(5, 1)
	require.NoError(t, err)
	assert.Equal(t, "Their order is now Small, Drop, Copy, Own mixture, Asymmetric reset and SPARKLING.", said)

	said, err = e.RemoveArm(2)
	require.NoError(t, err)
	assert.Equal(t, "Copy is no more.", said)
	assert.Equal(t, []string{"Small", "Drop", "Own mixture", "Asymmetric reset", "SPARKLING"}, armNames(e))
	for _, arm := range []int{2, 1} {
		_, err = e.RemoveArm(arm)
		require.NoError(t, err)
	}
	assert.Equal(t, "The experiment default with other controls: without Copy.", e.About)
	_, err = e.CopyArm(0)
	require.NoError(t, err)
	require.NoError(t, e.Turn("arm1.treatment", "copy"))
	assert.Equal(t, Default(), e, "and back: it is itself again")
}

func TestWhatCannotBeDoneWithArmsIsSaidAndChangesNothing(t *testing.T) {
	e := Default()
	for range MaxArms - len(e.Arms) {
		_, err := e.AddArm("small")
		require.NoError(t, err)
	}
	assert.Equal(t, "Small 5", e.Arms[7].Name)
	full := e.Clone()
	_, err := e.AddArm("drop")
	assert.EqualError(t, err, "there are 8 arms; more than 8 are not allowed")
	_, err = e.CopyArm(0)
	assert.ErrorContains(t, err, "more than 8")
	_, err = e.AddArm("wild")
	assert.EqualError(t, err, `there is no treatment "wild"`)
	for _, arm := range []int{-1, 8} {
		_, err = e.RemoveArm(arm)
		assert.ErrorContains(t, err, "there are 1 to 8")
		_, err = e.MoveArm(0, arm)
		assert.ErrorContains(t, err, "there are 1 to 8")
		_, err = e.CopyArm(arm)
		assert.ErrorContains(t, err, "there are 1 to 8")
	}
	assert.Equal(t, full, e)
	for range MaxArms - 1 {
		_, err = e.RemoveArm(0)
		require.NoError(t, err)
	}
	_, err = e.RemoveArm(0)
	assert.EqualError(t, err, "“Small 5” is the only arm; an experiment has at least one")

	e = turned(t, "default", "factor", "1.5")
	_, err = e.AddArm("uneven")
	assert.EqualError(t, err, "in “Uneven 1:2” factor is 1.5; init uneven is defined for exactly 2")
}

// Where an arm is called after how it differs from the others, that it is called otherwise once they are gone is said.
func TestWhatIsCalledOtherwiseNowIsSaid(t *testing.T) {
	e := turned(t, "stages", "factor", "3")
	for _, arm := range []int{0, 0} {
		said, err := e.RemoveArm(arm)
		require.NoError(t, err)
		if len(e.Arms) == 2 {
			assert.Equal(t, "SPARKLING, staged is no more. SPARKLING 9x is called SPARKLING now.", said)
		}
	}
	e = turned(t, "signal")
	_, err := e.MoveArm(2, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"Random", "Scaled", "Unscaled"}, armNames(e), "its own names move along")
	require.NoError(t, e.Turn("arm1.scale", "none"))
	assert.Equal(t, "Unscaled 2", e.Arms[1].Name, "and go with what their arms do")
}
