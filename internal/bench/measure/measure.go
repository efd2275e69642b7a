// Package measure times things against each other on a machine that does other things too: short repetitions taken in
// turns, and their median. It knows neither what is timed nor what would be a good result.
package measure

import (
	"context"
	"math"
	"slices"
	"time"
)

// Median is the middle value, or the mean of the two in the middle; not-a-number where there is none.
func Median(x []float64) float64 {
	n := len(x)
	if n == 0 {
		return math.NaN()
	}
	x = slices.Sorted(slices.Values(x))
	return (x[(n-1)/2] + x[n/2]) / 2
}

// GeoMean is the geometric mean of positive values; not-a-number where there is none.
func GeoMean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(x)))
}

// A Run does some work once and returns how many seconds one unit of it took.
type Run func() (seconds float64, err error)

// Repeat makes a Run of a function that may be too short for a clock: it is called twice as often until a repetition
// lasts at least that long, the first time and whenever it has become faster; a browser compiles better what has run
// for long.
func Repeat(least time.Duration, f func()) Run {
	calls := 0
	return func() (float64, error) {
		if calls == 0 {
			f() // memory grows, pages are touched
			calls = 1
		}
		for ; ; calls *= 2 {
			begin := time.Now()
			for range calls {
				f()
			}
			if took := time.Since(begin); took >= least {
				return took.Seconds() / float64(calls), nil
			}
		}
	}
}

// Interleaved takes turns: every repetition does each of the runs once, in order, so that what disturbs the machine
// disturbs all alike. It returns the seconds of each run by repetition. The first, untimed round warms up. It ends
// early, with an error, when ctx does or a run errs.
func Interleaved(ctx context.Context, repetitions int, runs ...Run) ([][]float64, error) {
	times := make([][]float64, len(runs))
	for r := range repetitions + 1 {
		for i, run := range runs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			s, err := run()
			if err != nil {
				return nil, err
			}
			if r > 0 {
				times[i] = append(times[i], s)
			}
		}
	}
	return times, nil
}

// Effort is how often something is measured, and how long one repetition lasts at least.
type Effort struct {
	Repetitions int
	Each        time.Duration
}

// Medians are the median seconds of one call of each function in [Interleaved].
func (e Effort) Medians(ctx context.Context, fs ...func()) ([]float64, error) {
	var runs []Run
	for _, f := range fs {
		runs = append(runs, Repeat(e.Each, f))
	}
	times, err := Interleaved(ctx, e.Repetitions, runs...)
	var out []float64
	for _, t := range times {
		out = append(out, Median(t))
	}
	return out, err
}
