package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// The way on with a smaller rate changes that and nothing else, in every experiment that there is.
func TestASmallerRateChangesNothingElse(t *testing.T) {
	for _, e := range experiment.Builtins() {
		before := string(e.JSON())
		small := Smaller(e.Experiment)
		assert.InEpsilon(t, e.Optimizer.LR/3, small.Optimizer.LR, 0.02)
		_, err := small.Validate()
		require.NoError(t, err)
		assert.Equal(t, before, string(e.JSON()), "the one before stays as it was")
		small.Optimizer.LR = e.Optimizer.LR
		assert.Equal(t, before, string(small.JSON()))
	}
}
