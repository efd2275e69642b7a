package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim"
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
		{"stages", [][2]string{{"arm1.init", "random-copy"}, {"arm2.state", "drop"}}},
		{"pairs", [][2]string{{"init", "random-zero"}}},
	} {
		running, err := sim.Named(x.experiment)
		require.NoError(t, err)
		draft, want := running, []string{}
		for _, turn := range x.turns {
			draft, err = Change(draft, turn[0], turn[1])
			require.NoError(t, err)
			want = append(want, turn[0])
		}
		assert.Equal(t, want, Changed(running, draft), x.experiment)
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
