package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

func TestADraftKnowsItsArmsWhereverTheyStand(t *testing.T) {
	running := experiment.Default()
	d := NewDraft(running)
	assert.True(t, d.Untouched(running))
	require.NoError(t, d.Move(3, 1))
	assert.Empty(t, d.Changed(running), "no control is another")
	assert.Equal(t, 1, d.Rearranged(running), "one was moved")
	require.NoError(t, d.Turn("arm1.treatment", "rewarm-all"))
	assert.Equal(t, []string{"arm1.treatment"}, d.Changed(running),
		"it is compared with what it was, not with its place")
	require.NoError(t, d.Remove(0))
	require.NoError(t, d.Add("drop"))
	arms := d.DraftArms()
	var news []bool
	for _, a := range arms {
		news = append(news, a.New)
	}
	assert.Equal(t, []bool{false, false, false, true}, news)
	assert.Empty(t, arms[0].Differs, "the others are compared with it")
	assert.Equal(t, "Re-warm all and Drop differ in two things: optimizer states (emptied for the copies against all "+
		"emptied) and re-warmup (all parameters against none).", arms[3].Differs)
	assert.Equal(t, 3, d.Rearranged(running))
	assert.False(t, d.Untouched(running))
	require.NoError(t, d.Err())

	full := NewDraft(running)
	for len(full.Arms) < experiment.MaxArms {
		require.NoError(t, full.Add(full.Additions()[1].Value))
	}
	assert.Equal(t, "Copy 5", full.Arms[2].Name, "a copy stands behind what it is a copy of")
	for _, addition := range []string{"drop", "copy of 0", "copy of 99", "copy of x", "wild"} {
		before := full.DraftArms()
		assert.Error(t, full.Add(addition), addition)
		assert.Equal(t, before, full.DraftArms())
	}
}

func TestFirstArmProposedIsNoneThatIsThere(t *testing.T) {
	d := NewDraft(experiment.Default())
	assert.Equal(t, "drop", d.Additions()[len(d.Arms)].Value)
	assert.Len(t, d.Additions(), len(d.Arms)+len(experiment.Treatments))
	assert.Equal(t, "Never widened.", d.DraftArms()[0].About)
}

func TestWhatWasTypedForAnArmGoesWithIt(t *testing.T) {
	d := NewDraft(experiment.Default())
	require.Error(t, d.Turn("arm3.dynamics", "remapped"), "SPARKLING has a re-warmup")
	require.Error(t, d.Turn("seed", "x"))
	require.NoError(t, d.Move(3, 0))
	wrongs := func() (ids []string) {
		for _, c := range d.Controls() {
			if c.Wrong != "" {
				ids = append(ids, c.ID)
			}
		}
		return ids
	}
	assert.Equal(t, []string{"seed", "arm0.dynamics"}, wrongs())
	require.NoError(t, d.Remove(0))
	assert.Equal(t, []string{"seed"}, wrongs(), "and is gone with it")
	assert.EqualError(t, d.Err(), "Seed cannot be what was typed there")
}
