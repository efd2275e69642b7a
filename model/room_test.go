package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// What is counted before anything is allocated is what is then allocated: never less, and little more.
func TestRoomIsWhatANetworkTakes(t *testing.T) {
	dense, untied := shape(47, 96, 3, 4, 4, 24, 1, 384), shape(5000, 64, 1, 4, 2, 16, 4, 64)
	dense.TopK, untied.Untied = 1, true
	for name, x := range map[string]struct {
		config     model.Config
		batch, seq int
	}{
		"weights":     {shape(47, 128, 4, 4, 2, 32, 8, 256), 1, 32},
		"activations": {shape(47, 64, 3, 4, 2, 16, 4, 64), 16, 64},
		"attention":   {shape(47, 32, 4, 8, 2, 8, 4, 32), 2, 500},
		"vocabulary":  {untied, 8, 32},
		"dense":       {dense, 4, 64},
	} {
		weights := model.NewValues(model.NewTable(x.config))
		values := sizeOf(weights)
		net := model.NewNet(compute.NewCPU(), weights, x.batch, x.seq)
		all := sizeOf(weights, net)
		room := model.RoomOf(x.config, x.batch, x.seq)
		const slack = 256 << 10 // tables, and what else does not grow
		assert.InDelta(t, room.Values, values, slack, "%s: values", name)
		assert.LessOrEqual(t, all, 2*room.Values+room.Activations+slack, name)
		assert.GreaterOrEqual(t, all, 0.9*(2*room.Values+room.Activations)-slack, name)
	}
}

func TestRoomOfWhatCannotBeCountedIsTooLarge(t *testing.T) {
	c := shape(47, 1<<20, 1<<10, 4, 2, 16, 1<<10, 1<<20)
	assert.Greater(t, model.RoomOf(c, 1<<12, 1<<12).Training(), float64(math.MaxInt64))
}
