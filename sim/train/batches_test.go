package train

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The batches of an update follow from seed and step alone, and so they do in a document in which each was an update.
func TestTheBatchesOfAnUpdateAreThoseOfAsManySteps(t *testing.T) {
	const n = 3
	e := trial.Short(40)
	one := begun(t, e, 1)
	e.Task.Accumulate, e.Optimizer.Clip = n, 0.5
	several := begun(t, e, 1)
	assert.Equal(t, n*one.cost.Network, several.cost.Network)
	assert.Equal(t, one.cost.Optimizer, several.cost.Optimizer)
	for range 2 {
		assert.NoError(t, several.fill())
		for i := range n {
			one.step = several.step*n + i
			assert.NoError(t, one.fill())
			from, to := i*len(one.ids), (i+1)*len(one.ids)
			assert.Equal(t, one.ids, several.all.ids[from:to])
			assert.Equal(t, one.labels, several.all.labels[from:to])
		}
		step(t, several)
	}
}

func TestAnArmWhoseUpdatesAreSeveralBatchesGoesOnToTheSameBits(t *testing.T) {
	e := trial.Short(40)
	e.Task.Accumulate, e.Optimizer.Clip = 2, 0.5
	a := begun(t, e, 3)
	for a.step < 10 {
		step(t, a)
	}
	state, err := a.snapshot(nil)
	assert.NoError(t, err)
	b, err := a.sibling(state)
	assert.NoError(t, err)
	for a.step < 20 {
		step(t, a)
		step(t, b)
	}
	was, err := a.snapshot(nil)
	assert.NoError(t, err)
	now, err := b.snapshot(nil)
	assert.NoError(t, err)
	assert.Equal(t, was, now)
}

func TestDocumentsWithoutBatchesAndClippingAreAsTheyWere(t *testing.T) {
	e := experiment.Default()
	assert.NotContains(t, string(e.JSON()), "accumulate")
	assert.NotContains(t, string(e.JSON()), "clip")
}
