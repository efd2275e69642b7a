package workload

import (
	"math"
	"runtime"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
)

// MeasureRates measures what arithmetic can do at most, each the best of short runs; Bytes is left to the working set.
func MeasureRates(least time.Duration) Rates {
	limit := peak.Limits()[0].Measure()
	r := Rates{
		Fused: limit / 2, Plain: limit / 2,
		Divisions: rate(least, divisions), Roots: rate(least, roots),
	}
	if runtime.GOARCH == "wasm" {
		r.Plain = limit // a multiplication and an addition are two instructions there
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
