//go:build goexperiment.simd && !js

package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// With the paper's β2 the reset alone shows clearly where the widening comes early.
func TestTheBuiltInResetShowsTheResetAtThePapersBeta2(t *testing.T) {
	const seeds = 2
	for k := range seeds {
		e, err := experiment.Named("reset")
		require.NoError(t, err)
		assert.Equal(t, 0.95, e.Optimizer.Beta2)
		e.Seed = uint64(k + 1)
		e.Arms = e.Arms[1:3]
		r := runAll(t, e)
		locked, ok := r.FinalValLoss(0)
		require.True(t, ok)
		reset, ok := r.FinalValLoss(1)
		require.True(t, ok)
		t.Logf("seed %d: Copy %.4f, Asymmetric %.4f", e.Seed, locked, reset)
		assert.Less(t, reset, locked-0.01)
	}
}
