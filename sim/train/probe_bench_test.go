package train

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// BenchmarkProbes is what the probes of the default experiment cost, widened on each axis, as a share of its training
// after the widening at the default rate (each in its fastest turn): pairs, and the validation loss beside them.
func BenchmarkProbes(b *testing.B) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		b.Run(string(axis), func(b *testing.B) {
			e := experiment.Default()
			e.Arms[3].Widen[0].Step, e.Arms[3].Widen[0].Axis = 1, axis
			r := begun(b, e, 3)
			step(b, r)
			step(b, r)
			r.end = experiment.MaxSteps
			best := [3]time.Duration{math.MaxInt64, math.MaxInt64, math.MaxInt64}
			for b.Loop() {
				for i, f := range []func() error{
					func() error { _, _, err := r.train(); return err },
					func() error { _, err := r.pairGroups(); return err },
					func() error { _, err := r.evaluate(r.task.Live(e.Task.Seq), nil); return err },
				} {
					begin := time.Now()
					require.NoError(b, f())
					best[i] = min(best[i], time.Since(begin))
				}
			}
			const steps = 500 // after the widening
			rate := float64(steps/experiment.ProbeEvery+experiment.ProbeDense-
				experiment.ProbeDense/experiment.ProbeEvery) / steps
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(best[0].Microseconds()), "us/step")
			b.ReportMetric(float64(best[1].Microseconds()), "us/probe")
			b.ReportMetric(100*rate*best[1].Seconds()/best[0].Seconds(), "probes-%")
			b.ReportMetric(100*best[2].Seconds()/best[0].Seconds()/experiment.ProbeEvery, "held-%")
		})
	}
}
