package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim"
)

func TestChangedNamesWhatWasTurnedAndNotWhatCameAlong(t *testing.T) {
	for _, turns := range [][][2]string{
		{},
		{{"seed", "7"}, {"axis", "hidden"}},
		{{"init", "zero-copy"}},
		{{"arm0.treatment", "sparkling"}},
		{{"arm3.treatment", "remapped"}, {"beta2", "0.95"}},
		{{"arm2.scale", "none"}},
	} {
		draft, want := sim.Default(), []string{}
		for _, turn := range turns {
			var err error
			draft, err = Change(draft, turn[0], turn[1])
			require.NoError(t, err)
			want = append(want, turn[0])
		}
		assert.ElementsMatch(t, want, Changed(sim.Default(), draft))
	}
}

func TestOnlyTheControlsForTheCuriousAreFolded(t *testing.T) {
	folded := map[string]bool{}
	for _, c := range Controls(sim.Default()) {
		folded[c.Group] = c.Folded
	}
	assert.Equal(t, map[string]bool{
		"Run": false, "Widening": false, "Arms": false, "Network": true, "Optimizer": true, "Arm 2 in detail": true, "Arm 3 in detail": true, "Arm 4 in detail": true,
	}, folded)
}
