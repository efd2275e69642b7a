package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

func TestChangedNamesWhatWasTurnedAndNotWhatCameAlong(t *testing.T) {
	for _, x := range []struct {
		experiment string
		turns      [][2]string
	}{
		{"default", nil},
		{"default", [][2]string{{"seed", "7"}, {"axis", "hidden"}}},
		{"default", [][2]string{{"init", "zero-copy"}}},
		{"default", [][2]string{{"arm0.treatment", "sparkling"}}},
		{"default", [][2]string{{"arm3.treatment", "remapped"}, {"beta2", "0.95"}}},
		{"default", [][2]string{{"arm2.scale", "none"}}},
		{"lock", [][2]string{{"arm0.init", "random-random"}}},
		{"compute", [][2]string{{"arm0.init", "random-random"}}},
		{"stages", [][2]string{{"factor", "3"}}},
		{"stages", [][2]string{{"arm1.init", "random-copy"}, {"arm2.optimizer-states", "drop"}}},
		{"pairs", [][2]string{{"init", "random-zero"}}},
	} {
		running, err := experiment.Named(x.experiment)
		require.NoError(t, err)
		draft, want := NewDraft(running), []string{}
		for _, turn := range x.turns {
			require.NoError(t, draft.Turn(turn[0], turn[1]))
			want = append(want, turn[0])
		}
		assert.Equal(t, want, draft.Changed(running), x.experiment)
	}
}

func TestOnlyTheControlsForTheCuriousAreFolded(t *testing.T) {
	folded := map[string]bool{}
	draft := NewDraft(experiment.Default())
	for _, c := range draft.Controls() {
		folded[c.Group] = c.Folded
	}
	assert.Equal(t, map[string]bool{
		"Run": false, "Widening": false, "Arms": false, "Network": true, "Optimizer": true, "Arm 2 in detail": true,
		"Arm 3 in detail": true, "Arm 4 in detail": true,
	}, folded)
}

func TestWhatIsNotAllowedStaysInItsControlAndKeepsTheDraftFromRunning(t *testing.T) {
	running := experiment.Default()
	draft := NewDraft(running)
	shown := func(id string) (value, wrong string) {
		for _, c := range draft.Controls() {
			if c.ID == id {
				return c.Value, c.Wrong
			}
		}
		return "", "there is no such control"
	}
	require.NoError(t, draft.Turn("seed", "7"))
	require.NoError(t, draft.Err())
	require.Error(t, draft.Turn("seed", "-4"))
	value, why := shown("seed")
	assert.Equal(t, "-4", value)
	assert.Equal(t, `Seed is "-4"; allowed is a whole number from 0 to 18446744073709551615, in digits alone`, why)
	require.NoError(t, draft.Turn("axis", "hidden"), "another control")
	value, _ = shown("seed")
	assert.Equal(t, "-4", value, "nothing that was typed is lost")
	require.Error(t, draft.Turn("lr", "0,005"))
	assert.EqualError(t, draft.Err(), "Seed and Learning rate cannot be what was typed there")
	require.NoError(t, draft.Turn("lr", "0.005"))
	assert.EqualError(t, draft.Err(), "Seed cannot be what was typed there")
	require.NoError(t, draft.Turn("seed", "9"))
	assert.NoError(t, draft.Err())
	assert.Equal(t, []string{"seed", "axis", "lr"}, draft.Changed(running))
	assert.Equal(t, uint64(9), draft.Seed)
}

func TestWhatAnotherControlMakesRightIsTaken(t *testing.T) {
	draft := NewDraft(experiment.Default())
	require.Error(t, draft.Turn("factor", "1.01"), "of 16 neurons")
	require.NoError(t, draft.Turn("inner", "200"))
	assert.NoError(t, draft.Err())
	assert.Equal(t, 1.01, draft.Arms[1].Widen[0].Factor)
}
