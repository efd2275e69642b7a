package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

func TestAMillionParametersAreAtWorkOnEveryCharacterOfMillion(t *testing.T) {
	e, err := Named("million")
	require.NoError(t, err)
	count := func(c model.Config) model.Counts { return model.Count(c, e.Task.Batch, e.Task.Seq) }
	small, wide := count(e.Small()), count(e.Wide(len(e.Arms)-1))
	assert.InDelta(t, 1e6, small.Active, 0.02e6)
	assert.Equal(t, [2]int64{994_560, 3_353_856}, [2]int64{small.Active, small.Total})
	assert.Equal(t, [2]int64{1_780_992, 6_499_584}, [2]int64{wide.Active, wide.Total})
	var names []string
	for _, a := range e.Arms {
		names = append(names, a.Name)
	}
	assert.Equal(t, []string{"Small", "Copy", "Asymmetric reset", "SPARKLING"}, names)
	assert.Equal(t, 0.95, e.Optimizer.Beta2, "the paper's")
	assert.Equal(t, e.Steps/2, e.Fork())
}

// What takes long is found by its name, and is in no list of which a choice runs at once.
func TestWhatTakesLongIsFoundByItsNameAndNotOffered(t *testing.T) {
	for _, b := range Long() {
		_, err := Named(b.Name)
		require.NoError(t, err)
		assert.Contains(t, b.About, "minutes on two cores", "it says how long")
		_, err = FromAddress("#" + b.Name)
		assert.ErrorContains(t, err, "the native program runs it: sparkling run "+b.Name)
		for _, offered := range Builtins() {
			assert.NotEqual(t, b.Name, offered.Name)
		}
	}
}
