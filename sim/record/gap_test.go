package record_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestGapIsTheMeanOverSharedReadingsAfterTheFork(t *testing.T) {
	e := experiment.Default()
	fork := e.Fork()
	base := e.Baseline()
	assert.Equal(t, "Copy", e.Arms[base].Name)
	nan := float32(math.NaN())
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	r.Tracks[base] = []record.ArmFrame{{Step: fork, ValLoss: 9}, {Step: fork + 10, ValLoss: 2},
		{Step: fork + 11, ValLoss: nan},
		{Step: fork + 20, ValLoss: 2}, {Step: fork + 100, ValLoss: 1}}
	other := base + 1
	r.Tracks[other] = []record.ArmFrame{{Step: fork, ValLoss: 1}, {Step: fork + 10, ValLoss: 1.5},
		{Step: fork + 11, ValLoss: nan}, {Step: fork + 20, ValLoss: 1}}

	_, ok := r.ValLossDiff(other, base, fork)
	assert.False(t, ok, "nothing was measured after the fork")
	d, ok := r.ValLossDiff(other, base, fork+10)
	assert.True(t, ok)
	assert.InDelta(t, -0.5, d, 1e-12)
	d, _ = r.ValLossDiff(other, base, fork+25)
	assert.InDelta(t, -0.75, d, 1e-12)
	_, ok = r.ValLossDiff(other, base, fork+100)
	assert.False(t, ok, "the readings are too old")
	d, _ = r.ValLossDiff(base, base, fork+20)
	assert.Zero(t, d)
}
