package model_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// What is counted before anything is allocated is what is then allocated. Every batch here is so large that a single
// buffer of one number a token, left out, would show; and so would any tensor of parameters.
func TestFootprintIsWhatANetworkTakes(t *testing.T) {
	const tokens = 4096
	dense, untied := shape(47, 24, 3, 4, 4, 6, 1, 48), shape(500, 16, 1, 4, 2, 4, 4, 16)
	dense.TopK, untied.Untied = 1, true
	for name, x := range map[string]struct {
		config model.Config
		seq    int
	}{
		"experts":         {shape(47, 32, 4, 4, 2, 8, 8, 64), 32},
		"many heads":      {shape(47, 16, 3, 8, 2, 2, 4, 16), 512},
		"odd lengths":     {shape(47, 18, 2, 3, 1, 6, 3, 10), 100},
		"a vocabulary":    {untied, 32},
		"a dense network": {dense, 64},
	} {
		batch := tokens/x.seq + 1
		weights := model.NewValues(model.NewTable(x.config))
		before := sizeOf(weights)
		eng := compute.NewCPU()
		net := model.NewNet(eng, weights, batch, x.seq)
		got := sizeOf(weights, net) - before - sizeOf(eng)
		f := model.FootprintOf(x.config, batch, x.seq, false)
		assert.EqualValues(t, 4*len(weights.Data), f.Values, "%s: values", name)
		// of what does not grow with the batch
		slack := float64(reflect.TypeFor[model.Net]().Size()) + 2048*float64(x.config.Layers)
		require.Less(t, slack, float64(4*tokens), "a forgotten buffer would show")
		assert.InDelta(t, f.Values+f.Activations, got, slack, name)
		assert.LessOrEqual(t, f.Values+f.Activations, got, name)
	}
}

// A parameter tensor that the table declares is in the footprint, and there is none beside the table.
func TestFootprintHasEveryTensorOfTheTable(t *testing.T) {
	c := shape(47, 24, 2, 4, 2, 6, 4, 10)
	c.Untied = true
	sum := 0
	model.NewValues(model.NewTable(c)).Each(func(_ string, _ []int, data []float32) { sum += 4 * len(data) })
	assert.EqualValues(t, sum, model.FootprintOf(c, 1, 1, false).Values)
}

func TestFootprintOfWhatCannotBeCountedIsTooLarge(t *testing.T) {
	c := shape(47, 1<<20, 1<<10, 4, 2, 16, 1<<10, 1<<20)
	assert.Greater(t, model.FootprintOf(c, 1<<12, 1<<12, false).Training(), float64(math.MaxInt64))
}
