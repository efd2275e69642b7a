package peak_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
)

func TestEveryLimitIsMeasuredAndTheFirstServesUnknownKernels(t *testing.T) {
	all := peak.Limits()
	for _, l := range all {
		assert.Positive(t, l.Measure(), l.What)
		assert.Positive(t, l.Mixed(), l.What)
		assert.Equal(t, l.What, peak.For(l.Name).What)
	}
	assert.Equal(t, all[0].What, peak.For("a kernel of tomorrow").What)
}

func BenchmarkPeak(b *testing.B) {
	for _, l := range peak.Limits() {
		b.Run(l.Name, func(b *testing.B) {
			best, any := 0.0, 0.0
			for b.Loop() {
				best, any = max(best, l.Measure()), max(any, l.Mixed())
			}
			b.ReportMetric(best/1e9, "GFLOP/s")
			b.ReportMetric(any/1e9, "GFLOP/s-mixed")
		})
	}
}
