package train

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// BenchmarkAsking is what it costs to ask the facts experiment for all that it knows, as a share of its training, each
// in its fastest turn: before the widening, of the arm that stays as it was, and after it.
func BenchmarkAsking(b *testing.B) {
	e, err := experiment.Named("facts")
	require.NoError(b, err)
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = 1
		}
	}
	for _, arm := range []int{0, len(e.Arms) - 1} {
		b.Run(e.Arms[arm].Name, func(b *testing.B) {
			r := begun(b, e, arm)
			step(b, r)
			step(b, r)
			r.end = experiment.MaxSteps
			r.learn.Measure(false)
			best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
			for b.Loop() {
				for i, f := range []func() error{
					func() error { _, _, err := r.train(); return err },
					func() error { _, err := r.live(); return err },
				} {
					begin := time.Now()
					require.NoError(b, f())
					best[i] = min(best[i], time.Since(begin))
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(best[0].Microseconds()), "us/step")
			b.ReportMetric(float64(best[1].Microseconds()), "us/count")
			b.ReportMetric(best[1].Seconds()/best[0].Seconds(), "steps/count")
			b.ReportMetric(100*best[1].Seconds()/best[0].Seconds()/float64(e.ValEvery()), "count-%")
		})
	}
}
