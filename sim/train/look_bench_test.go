package train

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// BenchmarkLooking is what an answer of each kind costs, in updates of the arm that is looked at, each in its fastest
// turn. While a run goes on it is made so seldom that looking takes its small share of the time, whatever it costs.
func BenchmarkLooking(b *testing.B) {
	for _, name := range []string{"facts", "default"} {
		e, err := experiment.Named(name)
		require.NoError(b, err)
		for i := range e.Arms {
			for k := range e.Arms[i].Widen {
				e.Arms[i].Widen[k].Step = 1
			}
		}
		r := begun(b, e, len(e.Arms)-1)
		step(b, r)
		step(b, r)
		r.end = experiment.MaxSteps
		r.learn.Measure(false)
		for kind, q := range map[string]look.Question{
			"update": look.OneUpdate(1, 0, 1, 2), "layer": look.OneLayer(1, record.Weight),
			"activations": look.OneLayer(1, look.Activations),
			"histograms":  look.AllTensors(record.Weight, look.Robust),
			"attention":   look.OneHead(1, 0, 0),
		} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
				size := 0
				for b.Loop() {
					for i, f := range []func() error{
						func() error { _, _, err := r.train(); return err },
						func() error {
							a, err := r.answer(q)
							a.Question = q
							size = len(Message{Kind: KindLooked, Answer: a}.Encode())
							return err
						},
					} {
						begin := time.Now()
						require.NoError(b, f())
						best[i] = min(best[i], time.Since(begin))
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(best[1].Microseconds()), "us/answer")
				b.ReportMetric(best[1].Seconds()/best[0].Seconds(), "steps/answer")
				b.ReportMetric(float64(size)/1024, "KiB/answer")
			})
		}
	}
}
