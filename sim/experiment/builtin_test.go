package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryBuiltInExperimentIsWholeAndComesBackFromItsLinkAndItsFile(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range All() {
		require.NoError(t, b.check(), b.Name)
		assert.False(t, seen[b.Name], "%s twice", b.Name)
		seen[b.Name] = true
		assert.NotEmpty(t, b.Title, b.Name)
		assert.NotEmpty(t, b.About, b.Name)
		names := map[string]bool{}
		for _, a := range b.Arms {
			assert.False(t, names[a.Name], "%s has two arms called %s", b.Name, a.Name)
			names[a.Name] = true
		}
		named, err := Named(b.Name)
		require.NoError(t, err)
		assert.Equal(t, b.Experiment, named)
		if b.bounded() == nil { // else it travels as a file
			linked, err := FromLink(b.Link())
			require.NoError(t, err, b.Name)
			assert.Equal(t, b.Experiment, linked.e)
		}
		read, err := Parse(b.JSON())
		require.NoError(t, err, b.Name)
		e := read.Experiment()
		assert.Equal(t, b.Experiment, e)
		for _, k := range Knobs(b.Experiment) {
			assert.NotEmpty(t, k.Help, k.ID)
			if value := k.Get(b.Experiment); value == "" {
				assert.NotEmpty(t, k.Mixed, "%s of %s", k.ID, b.Name)
			} else {
				assert.NoError(t, k.Set(&e, value), "%s of %s", k.ID, b.Name)
			}
		}
	}
	for _, name := range []string{"facts", "default", "lock", "signal", "recipe", "compute"} {
		assert.True(t, seen[name], name)
	}
	_, err := Named("hamlet")
	assert.ErrorContains(t, err, "facts, lock, signal")
}
