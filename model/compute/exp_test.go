package compute_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/compute"
)

func TestExponentialIsThatOfTheLibrary(t *testing.T) {
	x := make([]float32, 1003)
	for i := range x {
		x[i] = float32(i-500) / 6
	}
	y := make([]float32, len(x))
	compute.Exp(y, x)
	for i, v := range x {
		assert.InEpsilon(t, math.Exp(float64(v)), float64(y[i]), 1e-6, "e^%g", v)
	}
}
