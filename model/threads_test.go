package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func TestTrainingGivesTheSameBitsOnAnyNumberOfThreads(t *testing.T) {
	for _, kind := range []optim.Kind{optim.AdamW, optim.Muon} {
		c := shape(47, 60, 2, 4, 2, 10, 5, 44) // nothing is a whole number of vectors
		var want []float32
		for _, threads := range []int{1, 2, 3, 7} {
			eng := compute.NewThreaded(threads)
			eng.SetThreads(threads)
			eng.MinWork = 1 << 12 // so that operations this small are shared
			net, step := stepper(eng, c, 9, 41, kind)
			for range 4 {
				step()
			}
			got := append(append([]float32(nil), net.Weights.Data...), net.Grads.Data...)
			if threads == 1 {
				want = got
				continue
			}
			assert.True(t, equalBits(want, got), "%s on %d threads", kind, threads)
		}
		require.NotEmpty(t, want)
	}
}

func equalBits(a, b []float32) bool {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}
