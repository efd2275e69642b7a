package experiment

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// turned is a built-in experiment after controls were turned: their names and values by turns.
func turned(t *testing.T, name string, turns ...string) Experiment {
	t.Helper()
	e, err := Named(name)
	require.NoError(t, err)
	for i := 0; i < len(turns); i += 2 {
		require.NoError(t, e.Turn(turns[i], turns[i+1]))
		require.NoError(t, e.check())
	}
	return e
}

func armNames(e Experiment) (out []string) {
	for _, a := range e.Arms {
		out = append(out, a.Name)
	}
	return out
}

// What comes in stages and what takes them at once end equally wide, whatever the factor and the number of stages.
func TestFactorIsThatOfEveryStageAndArmsThatTakeThemAtOnceFollow(t *testing.T) {
	for _, c := range []struct {
		id, value string
		ends      []int
		names     []string
	}{
		{"factor", "3", []int{72, 72, 72, 72},
			[]string{"Copy, staged", "SPARKLING, staged", "SPARKLING 9x", "Wide from scratch"}},
		{"factor", "1.5", []int{18, 18, 18, 18},
			[]string{"Copy, staged", "SPARKLING, staged", "SPARKLING 2.25x", "Wide from scratch"}},
		{"stages", "3", []int{64, 64, 64, 64},
			[]string{"Copy, staged", "SPARKLING, staged", "SPARKLING 8x", "Wide from scratch"}},
		{"stages", "1", []int{16, 16, 16, 16}, []string{"Copy", "SPARKLING", "SPARKLING 2", "Wide from scratch"}},
	} {
		e := turned(t, "stages", c.id, c.value)
		var ends []int
		for i := range e.Arms {
			ends = append(ends, e.Wide(i).Inner)
		}
		assert.Equal(t, c.ends, ends, "%s %s", c.id, c.value)
		assert.Equal(t, c.names, armNames(e), "%s %s", c.id, c.value)
	}
	e := turned(t, "stages", "factor", "3")
	assert.Contains(t, e.Arms[2].About, "9 times as wide at once")
	require.NoError(t, e.Turn("factor", "2"))
	back, _ := Named("stages")
	assert.Equal(t, back, e, "and back")
	assert.ErrorContains(t, e.Turn("factor", "5"), `Factor is "5"; allowed is a number above 1 and up to 4`,
		"16 is the most at once")
	assert.Equal(t, back, e)
}

func TestSharedControlChangesEveryWidening(t *testing.T) {
	for id, x := range map[string]struct {
		value string
		of    func(Widening) string
	}{
		"axis": {"hidden", func(w Widening) string { return string(w.Axis) }},
		"init": {"random-zero", func(w Widening) string { return string(w.Init) }},
	} {
		e := turned(t, "stages", id, x.value)
		for _, a := range e.Arms {
			for _, w := range a.Widen {
				assert.Equal(t, x.value, x.of(w), "%s of %s", id, a.Name)
			}
		}
	}
	e := turned(t, "stages", "widen-at", "300")
	assert.Equal(t, []int{300, 550, 550}, []int{e.Arms[0].Widen[0].Step, e.Arms[0].Widen[1].Step,
		e.Arms[2].Widen[0].Step}, "the distance is kept")
	assert.ErrorContains(t, e.Turn("widen-at", "750"), "allowed is a whole number from 1 to 749")
}

// A control for several things that differ says so instead of showing one of them, and is not among what was changed.
func TestControlForThingsThatDifferShowsNone(t *testing.T) {
	value := func(e Experiment, id string) (string, Knob) {
		for _, k := range Knobs(e) {
			if k.ID == id {
				return k.Get(e), k
			}
		}
		return "no such control", Knob{}
	}
	for _, c := range []struct{ name, id string }{{"pairs", "init"}, {"norm-weights", "norm-weights"}} {
		got, k := value(turned(t, c.name), c.id)
		assert.Empty(t, got)
		assert.NotEmpty(t, k.Mixed)
	}
	e := turned(t, "lock", "arm0.init", "random-random")
	var ids []string
	base, _ := Named("lock")
	for _, k := range Changes(base, e) {
		ids = append(ids, k.ID)
	}
	assert.Equal(t, []string{"arm0.init"}, ids, "one control was turned")
}

// Names and texts say what is done now.
func TestNamesGoWithWhatControlsDo(t *testing.T) {
	e := turned(t, "lock", "arm0.init", "random-random")
	assert.Equal(t, []string{"Copied states, random-random", "Drop", "Asymmetric reset"}, armNames(e))
	assert.Equal(t, "new weights random-random, optimizer states copied", e.Arms[0].About)
	assert.Equal(t, "lock (changed)", e.Name)
	assert.Equal(t, "The experiment lock with other controls: Arm 1, New weights random-random.", e.About)
	require.NoError(t, e.Turn("arm0.init", "copy-copy"))
	lock, _ := Named("lock")
	assert.Equal(t, lock, e, "turned back it is itself again")

	e = turned(t, "default", "init", "random-zero")
	assert.Equal(t, []string{"Small", "Copied states, random-zero", "Asymmetric reset, random-zero",
		"SPARKLING, random-zero"}, armNames(e))
	e = turned(t, "signal", "init", "copy-copy")
	assert.Equal(t, []string{"Scaled", "Unscaled", "SPARKLING"}, armNames(e), "Random is random no longer")
	e = turned(t, "signal", "axis", "inner", "factor", "3")
	assert.Equal(t, []string{"SPARKLING", "Unscaled", "SPARKLING, random-random"}, armNames(e))
	assert.Equal(t, "The experiment signal with other controls: Axis Inner; Factor 3.", e.About)
	e = turned(t, "norm-weights", "norm-weights", "sample")
	assert.Equal(t, []string{"SPARKLING, drawn norms", "Drawn norms"}, armNames(e))
	e = turned(t, "default", "arm1.optimizer-states", "drop", "arm1.rewarm", "all")
	assert.Equal(t, "Own mixture", e.Arms[1].Name)
	assert.Equal(t, "new weights copy-copy, all optimizer states emptied, every learning rate warmed up again",
		e.Arms[1].About)

	e = turned(t, "lock", "seed", "7", "steps", "300", "widen-at", "20")
	assert.Equal(t, lock.About, e.About, "that holds for any seed, length and time of the widening")

	own := Default()
	own.Name, own.About, own.Arms[1].Name = "Mine", "for the course", "First"
	require.NoError(t, own.Turn("init", "random-zero"))
	assert.Equal(t, []string{"Mine", "for the course", "First"}, []string{own.Name, own.About, own.Arms[1].Name},
		"what somebody has named keeps its name")
}

// Whatever is turned, no text of an arm speaks of copied neurons where there are none.
func TestEveryChoiceOfATreatmentSaysWhatItsArmWouldDo(t *testing.T) {
	for _, init := range []widen.Init{widen.RandomRandom, widen.RandomZero, widen.ZeroCopy} {
		e := turned(t, "default", "init", string(init))
		for _, c := range treatmentKnob(e, 1).Choices {
			x := e.Clone()
			require.NoError(t, x.Turn("arm1.treatment", c.Value))
			assert.Equal(t, unnumbered(x.Arms[1].Name)+": "+x.Arms[1].About, c.Label)
			if x.Arms[1].Widens() && x.Arms[1].Widen[0].Init == init {
				assert.Contains(t, c.Label, string(init))
				assert.NotContains(t, c.Label, "neurons copied")
			}
		}
	}
}

// Any ratio above 1 that makes the network wider can be had; one that does not is refused before anything runs.
func TestEveryRatioThatWidensCanBeHad(t *testing.T) {
	for _, r := range []float64{1.04, 1.1, 1.25, 1.7, 2.2, widen.MaxFactor} {
		e := turned(t, "default", "factor", fmt.Sprint(r))
		assert.Equal(t, r, e.Arms[1].Widen[0].Factor)
		assert.Greater(t, e.Wide(1).Inner, e.Model.Inner)
	}
	e := Default()
	assert.EqualError(t, e.Turn("factor", "1.01"),
		"Factor cannot be 1.01: in “Copy” factor is 1.01, which leaves 16 neurons of an expert as they are; allowed "+
			"are values from 1.0313 up")
	require.NoError(t, e.Turn("factor", "1.0313"), "what is said to be allowed is")
	e.Arms[1].Widen[0].Factor = 1.01
	assert.ErrorContains(t, e.check(), `arms[1] ("Copy"): widen[0].factor is 1.01, which leaves 16`)
	e = Default()
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Axis, e.Arms[i].Widen[k].Factor = model.Joint, 1.02
		}
	}
	assert.ErrorContains(t, e.check(), "16 neurons of an expert", "each of two axes must grow")
}

// What a control leads to is refused in words, without the paths of the document.
func TestRefusedTurnNamesTheControl(t *testing.T) {
	e := turned(t, "competitors")
	assert.EqualError(t, e.Turn("factor", "1.5"), "Factor cannot be 1.5: in “Uneven 1:2” factor is 1.5; init uneven "+
		"is defined for exactly 2")
	e = turned(t, "pairs")
	assert.EqualError(t, e.Turn("axis", "hidden"), "Axis cannot be hidden: in “Zero-copy, dead” axis is \"hidden\"; "+
		"init zero-copy-dead is about new neurons, allowed are inner and joint")
	e = turned(t, "default", "widen-at", "50")
	require.NoError(t, e.Turn("steps", "40"), "the widening moves along")
	assert.Equal(t, 2, e.Fork())
	e = turned(t, "default", "widen-at", "5", "stages", "8")
	require.NoError(t, e.check())
	assert.ErrorContains(t, e.Turn("steps", "20"), "Steps cannot be 20: in “Copy” at its widening")
	assert.ErrorContains(t, e.Turn("axis", "sideways"), `Axis is "sideways"; allowed are inner, hidden, joint`)
}

func TestAnArmIsCalledAfterWhatItDoesWhateverControlWasTurned(t *testing.T) {
	for _, x := range []struct {
		experiment string
		turns      [][2]string
		names      []string
		about      string // of the first arm
	}{
		{"lock", nil, []string{"Copy", "Drop", "Asymmetric reset"}, "neurons and optimizer states copied"},
		{"lock", [][2]string{{"seed", "7"}, {"widen-at", "300"}, {"rho", "1.5"}},
			[]string{"Copy", "Drop", "Asymmetric reset"}, "neurons and optimizer states copied"},
		{"lock", [][2]string{{"arm0.init", "random-random"}}, []string{"Copied states, random-random", "Drop",
			"Asymmetric reset"}, "new weights random-random, optimizer states copied"},
		{"lock", [][2]string{{"init", "zero-copy"}}, []string{"Copied states, zero-copy", "Drop, zero-copy",
			"Asymmetric reset, zero-copy"}, "new weights zero-copy, optimizer states copied"},
		{"lock", [][2]string{{"init", "zero-copy"}, {"init", "copy-copy"}},
			[]string{"Copy", "Drop", "Asymmetric reset"}, "neurons and optimizer states copied"},
		{"lock", [][2]string{{"axis", "hidden"}}, []string{"Copy", "Drop", "Asymmetric reset"},
			"channels and optimizer states copied"},
		{"lock", [][2]string{{"arm0.scale", "none"}, {"arm0.rewarm", "all"}},
			[]string{"Own mixture", "Drop", "Asymmetric reset"},
			"new weights copy-copy, without the factor that keeps the RMS, optimizer states copied, every learning " +
				"rate warmed up again"},
		{"signal", [][2]string{{"init", "random-zero"}},
			[]string{"SPARKLING, random-zero", "Unscaled, random-zero", "SPARKLING, random-zero 2"},
			"new weights random-zero, new optimizer states empty, the learning rate of new parameters warmed up again"},
		{"stages", [][2]string{{"factor", "3"}}, []string{"Copy, staged", "SPARKLING, staged", "SPARKLING 9x",
			"Wide from scratch"}, "neurons and optimizer states copied, in 2 stages"},
		{"dynamics", [][2]string{{"arm0.rewarm", "none"}, {"arm0.dynamics", "faster-decay 0.5"}},
			[]string{"Own mixture", "Remapped rate", "Faster decay, 25 %", "Faster decay, 50 %", "Norm-adapted"},
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
