//go:build goexperiment.simd && !js

package session

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// What the first minute tells, over the seeds 1 to 4 of the default experiment, on the full validation split: Copy ends
// where the small network ends, and each ingredient of the recipe is worth more than the standard error of its paired
// difference.
func TestTheDefaultExperimentShowsWhatItsTextSays(t *testing.T) {
	const seeds = 4
	var loss [4][seeds]float64
	for k := range seeds {
		e := experiment.Default()
		e.Seed = uint64(k + 1)
		r := runAll(t, e)
		for arm := range e.Arms {
			whole, ok := r.FinalValLoss(arm)
			require.True(t, ok)
			loss[arm][k] = float64(whole)
		}
		t.Logf("seed %d: small %.4f, Copy %.4f, Asymmetric %.4f, SPARKLING %.4f", e.Seed, loss[0][k], loss[1][k],
			loss[2][k], loss[3][k])
	}
	var off float64
	for k := range seeds {
		off += math.Abs(loss[1][k]-loss[0][k]) / seeds
	}
	t.Logf("mean |Copy − small| %.4f", off)
	assert.Less(t, off, 0.01)
	for _, c := range []struct {
		name        string
		better, arm int
	}{{"Asymmetric − Copy", 2, 1}, {"SPARKLING − Asymmetric", 3, 2}} {
		var d [seeds]float64
		for k := range seeds {
			d[k] = loss[c.better][k] - loss[c.arm][k]
		}
		mean, se := meanAndError(d[:])
		t.Logf("%s: %.4f ± %.4f", c.name, mean, se)
		assert.Less(t, mean, -se, c.name)
	}
}

// meanAndError are the mean and its standard error.
func meanAndError(x []float64) (mean, se float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / (n - 1) / n)
}
