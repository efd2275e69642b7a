package figure

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// The record of one arm, as train leaves it, has no figure of how it differs from others, and its loss is drawn from
// the first step on, for there is nothing that the beginning would hide.
func TestOneArmIsDrawnWholeAndComparedWithNothing(t *testing.T) {
	e := experiment.Default().Rescale(200)
	e.Arms = e.Arms[3:4]
	v, err := e.Validate()
	require.NoError(t, err)
	r := record.New(v)
	for step := 0; step <= 200; step += 10 {
		r.Tracks[0] = append(r.Tracks[0], frame(r, 0, step))
	}
	r.AddReport(report(r, 0))
	all, err := All(r)
	require.NoError(t, err)
	assert.Contains(t, namesOf(all), "loss")
	assert.NotContains(t, namesOf(all), "difference")
	_, err = Named("difference", r)
	assert.ErrorContains(t, err, "another arm")
	assert.NotContains(t, all[0].Caption, "lies above the picture")
	assert.Zero(t, valloss.From(r.Experiment, 200))
	many := played(t, "recipe", 1)
	assert.NotZero(t, valloss.From(many.Experiment, 200), "of several the beginning leaves through the top")
	all, err = All(many)
	require.NoError(t, err)
	assert.Contains(t, namesOf(all), "difference")
}
