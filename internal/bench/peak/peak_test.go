package peak_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
)

func TestEveryPeakIsMeasuredAndTheFirstServesUnknownKernels(t *testing.T) {
	all := peak.All()
	for _, p := range all {
		assert.Positive(t, p.Measure(), p.What)
		assert.Equal(t, p.What, peak.For(p.Kernel).What)
	}
	assert.Equal(t, all[0].What, peak.For("a kernel of tomorrow").What)
}
