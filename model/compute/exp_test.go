package compute_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/compute"
)

func TestExponentialIsThatOfTheLibrary(t *testing.T) { bothWays(t, exponential) }

func exponential(t *testing.T) {
	x := make([]float32, 1003)
	for i := range x {
		x[i] = float32(i-500) / 6
	}
	y := make([]float32, len(x))
	compute.Exp(y, x)
	for i, v := range x {
		assert.InEpsilon(t, math.Exp(float64(v)), float64(y[i]), 1e-6, "e^%g", v)
	}
	bad := []float32{float32(math.NaN()), float32(math.Inf(1)), 1e4, float32(math.Inf(-1)), -1e4}
	compute.Exp(bad, bad)
	assert.True(t, math.IsNaN(float64(bad[0])))
	for _, i := range []int{1, 2} {
		assert.Greater(t, bad[i], float32(1e38), "as large as can be")
		assert.Less(t, bad[i+2], float32(1.3e-38), "as small")
	}
}
