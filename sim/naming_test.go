package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnArmIsCalledAfterWhatItDoesWhateverControlWasTurned(t *testing.T) {
	for _, x := range []struct {
		experiment string
		turns      [][2]string
		names      []string
		about      string // of the first arm
	}{
		{"lock", nil, []string{"Copy", "Drop", "Asymmetric reset"}, "neurons and optimizer states copied"},
		{"lock", [][2]string{{"seed", "7"}, {"widen-at", "300"}, {"rho", "1.5"}}, []string{"Copy", "Drop", "Asymmetric reset"}, "neurons and optimizer states copied"},
		{"lock", [][2]string{{"arm0.init", "random-random"}}, []string{"Copy, random-random", "Drop", "Asymmetric reset"}, "new weights random-random, optimizer states copied"},
		{"lock", [][2]string{{"init", "zero-copy"}}, []string{"Copy, zero-copy", "Drop, zero-copy", "Asymmetric reset, zero-copy"}, "new weights zero-copy, optimizer states copied"},
		{"lock", [][2]string{{"init", "zero-copy"}, {"init", "copy-copy"}}, []string{"Copy", "Drop", "Asymmetric reset"}, "neurons and optimizer states copied"},
		{"lock", [][2]string{{"axis", "hidden"}}, []string{"Copy", "Drop", "Asymmetric reset"}, "channels and optimizer states copied"},
		{"lock", [][2]string{{"arm0.scale", "none"}, {"arm0.rewarm", "all"}}, []string{"Arm 1, own mixture", "Drop", "Asymmetric reset"},
			"new weights copy-copy, without the factor that keeps the RMS, optimizer states copied, every learning rate warmed up again"},
		{"signal", [][2]string{{"init", "random-zero"}}, []string{"SPARKLING, random-zero", "Unscaled, random-zero", "SPARKLING, random-zero"},
			"new weights random-zero, new optimizer states empty, the learning rate of new parameters warmed up again"},
		{"stages", [][2]string{{"factor", "3"}}, []string{"Copy 3x, 2x", "SPARKLING 3x, 2x", "SPARKLING 3x", "Wide from scratch 3x"}, "neurons and optimizer states copied"},
		{"dynamics", [][2]string{{"arm0.dynamics", "faster-decay 0.5"}, {"arm0.rewarm", "none"}}, []string{"Arm 1, own mixture", "Remapped rate", "Faster decay, 25 %", "Faster decay, 50 %", "Norm-adapted"},
			"new weights copy-copy, new optimizer states empty, learning rate: 50 % faster decay"},
	} {
		e, err := Named(x.experiment)
		require.NoError(t, err)
		for _, turn := range x.turns {
			require.NoError(t, e.Turn(turn[0], turn[1]))
		}
		var names []string
		for _, a := range e.Arms {
			names = append(names, a.Name)
		}
		assert.Equal(t, x.names, names, "%s %v", x.experiment, x.turns)
		assert.Equal(t, x.about, e.Arms[0].About, "%s %v", x.experiment, x.turns)
	}
}

func TestANameThatTheUserGaveStays(t *testing.T) {
	e := Default()
	e.Arms[1].Name, e.Arms[1].About = "Mine", "my own words"
	require.NoError(t, e.Turn("init", "random-random"))
	assert.Equal(t, "Mine", e.Arms[1].Name)
	assert.Equal(t, "my own words", e.Arms[1].About)
	assert.Equal(t, "Asymmetric reset, random-random", e.Arms[2].Name)
}
