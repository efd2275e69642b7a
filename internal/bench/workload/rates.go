package workload

import (
	"math"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
)

// MeasureRates measures what arithmetic can do at most, each the best of short runs; Bytes is left to what an operation moves.
func MeasureRates(least time.Duration) Rates {
	l := peak.Limits()[0]
	r := Rates{Fused: l.Measure() / 2, Each: 1, Any: l.Instructions(), Divisions: rate(least, divisions), Roots: rate(least, roots)}
	if l.Apart {
		r.Each = 2
	}
	return r
}

// rate is how much of what f does gets done in a second.
func rate(least time.Duration, f func(n int) int) float64 {
	best := 0.0
	for range 5 {
		done, start := 0, time.Now()
		for time.Since(start) < least {
			done += f(4096)
		}
		best = math.Max(best, float64(done)/time.Since(start).Seconds())
	}
	return best
}

// positive is n numbers from 1 to 2.
func positive(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = 1 + float32(i)/float32(n)
	}
	return x
}
