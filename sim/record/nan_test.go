package record_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestDifferenceOfArmsLeavesOutWhatIsNoNumber(t *testing.T) {
	e := experiment.Default()
	fork, base := e.Fork(), e.Baseline()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	r.Tracks[base] = []record.ArmFrame{{Step: fork + 10, ValLoss: 2}, {Step: fork + 20, ValLoss: 2},
		{Step: fork + 30, ValLoss: inf}, {Step: fork + 40, ValLoss: nan}}
	other := base + 1
	r.Tracks[other] = []record.ArmFrame{{Step: fork + 10, ValLoss: 1}, {Step: fork + 20, ValLoss: inf},
		{Step: fork + 30, ValLoss: inf}, {Step: fork + 40, ValLoss: 1}}
	d, ok := r.ValLossDiff(other, base, fork+40)
	assert.True(t, ok)
	assert.Equal(t, -1.0, d)
	_, ok = r.ValLossDiff(other, base, fork+90)
	assert.False(t, ok)
	h, ok := r.ValLossAt(other, fork+30)
	assert.True(t, ok)
	assert.Equal(t, float32(1), h, "the newest that is a number")
	r.Tracks[other][3].FullValLoss = inf
	_, ok = r.FinalValLoss(other)
	assert.False(t, ok)
}
