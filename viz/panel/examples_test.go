package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

func TestExampleIsKnownAgainWhereverItWasWidened(t *testing.T) {
	for _, x := range Examples() {
		e, err := experiment.Named(x.Name)
		assert.NoError(t, err)
		assert.Equal(t, x.Name, Chosen(e))
		for i := range e.Arms {
			for k := range e.Arms[i].Widen {
				e.Arms[i].Widen[k].Step -= 7
			}
		}
		assert.Equal(t, x.Name, Chosen(e), "widened at another step")
		assert.Equal(t, "“"+x.Title+"”", Title(e))
		e.Seed++
		assert.Empty(t, Chosen(e), "another seed is not what its name in an address gives")
		assert.Equal(t, x.Title+", seed 2", Called(e), "but the list calls it so")
		assert.Equal(t, "“"+x.Title+", seed 2”", Title(e))
		assert.Equal(t, x.About, About(e))
		e.Steps++
		assert.Empty(t, Called(e))
		assert.Equal(t, "Your own experiment", Title(e))
	}
}

func TestWhatAnExperimentIsAboutIsTrueOfIt(t *testing.T) {
	e, err := experiment.Named("lock")
	require.NoError(t, err)
	assert.Equal(t, e.About, About(e))
	changed := e.Clone()
	require.NoError(t, changed.Turn("factor", "3"))
	assert.Equal(t, "The experiment lock with other controls: Factor 3.", About(changed))
	e.Model.Experts = 8 // by hand, in the file
	assert.Contains(t, About(e), "changed, or from a link or a file")
	e.Name, e.About = "mine", "for the course"
	assert.Equal(t, "for the course", About(e))
}

func TestAnExperimentThatTakesLongIsNotOfferedButCalledByItsTitle(t *testing.T) {
	e, err := experiment.Named("million")
	require.NoError(t, err)
	assert.Empty(t, Chosen(e), "no list has it")
	assert.Equal(t, "A million active parameters", Called(e))
	assert.Equal(t, e.About, About(e))
	for _, x := range Examples() {
		assert.NotEqual(t, e.Name, x.Name)
	}
}
