package sim

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quick is an experiment over so few and so small updates that it takes a moment.
func quick(e Experiment, steps int) Experiment {
	e = e.Rescale(steps)
	e.Task.Batch, e.Task.Seq = 2, 16
	return e
}

func TestEveryBuiltInExperimentIsWholeAndComesBackFromItsLinkAndItsFile(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range Builtins() {
		require.NoError(t, b.Validate(), b.Name)
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
		linked, err := FromLink(b.Link())
		require.NoError(t, err, b.Name)
		assert.Equal(t, b.Experiment, linked)
		read, err := Parse(b.JSON())
		require.NoError(t, err, b.Name)
		assert.Equal(t, b.Experiment, read)
		for _, k := range Knobs(b.Experiment) {
			assert.NotEmpty(t, k.Help, k.ID)
			if value := k.Get(b.Experiment); value == "" {
				assert.NotEmpty(t, k.Mixed, "%s of %s", k.ID, b.Name)
			} else {
				assert.NoError(t, k.Set(&read, value), "%s of %s", k.ID, b.Name)
			}
		}
	}
	for _, name := range []string{"default", "lock", "signal", "recipe", "compute"} {
		assert.True(t, seen[name], name)
	}
	_, err := Named("hamlet")
	assert.ErrorContains(t, err, "default, lock, signal")
}

func TestEveryBuiltInExperimentTrainsToItsEnd(t *testing.T) {
	for _, b := range Builtins() {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			e := quick(b.Experiment, 24)
			r := runAll(t, e)
			assert.Equal(t, 24, r.Last())
			for i, a := range e.Arms {
				track := r.Tracks[i]
				assert.Equal(t, e.End(i), track[len(track)-1].Step, a.Name)
				_, ended := r.Final(i)
				assert.True(t, ended, a.Name)
				reports := 0
				for _, p := range r.Reports {
					if p.Arm == i {
						reports++
					}
				}
				if a.Widens() {
					assert.Len(t, a.Widen, reports, a.Name)
				} else {
					assert.Zero(t, reports, a.Name)
				}
			}
			var file, again bytes.Buffer
			require.NoError(t, r.Encode(&file))
			got, err := DecodeRecord(bytes.NewReader(file.Bytes()))
			require.NoError(t, err)
			require.NoError(t, got.Encode(&again))
			sameBytes(t, file.Bytes(), again.Bytes(), "the record comes back")
		})
	}
}
