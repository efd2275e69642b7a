package reproduce

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run that is ended in its midst goes on from there, again and again, to the results of one that was never ended; a
// state that is damaged costs nothing but the time.
func TestARunThatWasCutInItsMidstGoesOnToTheSameResults(t *testing.T) {
	j := quickPlan()[0]
	want, err := Store{}.train(context.Background(), j, func(float64) {})
	require.NoError(t, err)
	store := Store{Dir: t.TempDir(), Arithmetic: "a"}
	var begun []float64
	cut := func(more float64) ([]Result, error) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		first := true
		return store.train(ctx, j, func(updates float64) {
			if first {
				begun, first = append(begun, updates), false
			}
			if updates >= begun[len(begun)-1]+more {
				cancel()
			}
		})
	}
	quarter := float64(j.Updates()) / 4
	for range 2 {
		_, err := cut(quarter)
		require.ErrorIs(t, err, context.Canceled)
		require.FileExists(t, store.statePaths(j.Experiment)[0])
	}
	got, err := cut(float64(j.Updates()))
	require.NoError(t, err)
	assert.Zero(t, begun[0])
	assert.GreaterOrEqual(t, begun[1], quarter)
	assert.Greater(t, begun[2], begun[1])
	same := func(got []Result) {
		a, err := json.Marshal(want)
		require.NoError(t, err)
		b, err := json.Marshal(got)
		require.NoError(t, err)
		assert.Equal(t, string(a), string(b))
	}
	same(got)

	data, err := os.ReadFile(store.statePaths(j.Experiment)[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(store.statePaths(j.Experiment)[0], data[:len(data)-1], 0o644))
	runner, results := Runner{Store: store, Workers: 1}, NewResults()
	_, err = runner.Run(context.Background(), []Job{j}, results)
	require.NoError(t, err)
	for i, e := range j.Group.Entries {
		x, ok := results.Of(j.Setting, j.Seed, e.Key)
		require.True(t, ok)
		got[i] = *x
		got[i].Provenance = want[i].Provenance
	}
	same(got)
	assert.NoFileExists(t, store.statePaths(j.Experiment)[0], "a finished run needs none")
}
