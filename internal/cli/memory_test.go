package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// A run that would take what others hold is refused before it begins, with what it needs and what there is.
func TestWhatWouldTakeMoreThanIsFreeIsRefused(t *testing.T) {
	assert.NoError(t, within("the experiment", 4*gib, 8*gib))
	assert.EqualError(t, within("the experiment", 23.1*gib, 23.5*gib),
		"the experiment would take about 23.2 GiB of memory; 23.5 GiB are free, and 10 % of that are left to others")
	assert.Error(t, within("the experiment", 100*mib, 150*mib), "the program takes something itself")

	e := experiment.Default()
	e.Model.Hidden, e.Model.Layers = 4096, 64
	assert.ErrorContains(t, within("the experiment", e.Memory(), 23.5*gib), "GiB of memory",
		"four arms of 64 wide layers do not fit there")
}

func TestSizesHaveTheUnitThatFits(t *testing.T) {
	for want, bytes := range map[string]float64{"0.5 KiB": 512, "318 KiB": 326144, "1023 KiB": 1023 * 1024,
		"1.5 MiB": 1.5 * mib, "38.2 GiB": 38.2 * gib} {
		assert.Equal(t, want, size(bytes))
	}
}
