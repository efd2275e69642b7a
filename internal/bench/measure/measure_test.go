package measure_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
)

func TestMedianIsTheMiddleAndLeavesItsArgument(t *testing.T) {
	x := []float64{9, 1, 5}
	assert.Equal(t, 5.0, measure.Median(x))
	assert.Equal(t, []float64{9, 1, 5}, x)
	assert.Equal(t, 3.0, measure.Median([]float64{4, 1, 2, 100}))
	assert.True(t, math.IsNaN(measure.Median(nil)))
}

// Twice as fast here and twice as slow there is as fast.
func TestGeometricMeanTreatsRatiosAlike(t *testing.T) {
	assert.InDelta(t, 1, measure.GeoMean([]float64{2, 0.5}), 1e-12)
	assert.InDelta(t, 6, measure.GeoMean([]float64{4, 9}), 1e-12)
	assert.True(t, math.IsNaN(measure.GeoMean(nil)))
}

func TestRunsTakeTurnsAndTheFirstRoundDoesNotCount(t *testing.T) {
	var order []string
	run := func(name string, times ...float64) measure.Run {
		return func() (float64, error) {
			order = append(order, name)
			s := times[0]
			times = times[1:]
			return s, nil
		}
	}
	laps, err := measure.Interleaved(context.Background(), 2, run("a", 100, 1, 9), run("b", 100, 2, 3))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "a", "b", "a", "b"}, order)
	assert.Equal(t, [][]float64{{1, 9}, {2, 3}}, laps)
}

func TestAnErrorOrAnInterruptEndsTheRounds(t *testing.T) {
	bad := errors.New("broken")
	calls := 0
	_, err := measure.Interleaved(context.Background(), 5, func() (float64, error) { calls++; return 0, bad })
	assert.ErrorIs(t, err, bad)
	assert.Equal(t, 1, calls)
	ctx, stop := context.WithCancel(context.Background())
	_, err = measure.Interleaved(ctx, 5, func() (float64, error) { stop(); return 1, nil })
	assert.ErrorIs(t, err, context.Canceled)
}

// In a bubble of synctest the clock moves only where the work sleeps: what is repeated how often does not depend on
// the machine.
func TestShortWorkIsRepeatedUntilAClockCanTellItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		run := measure.Repeat(4*time.Millisecond, func() { calls++; time.Sleep(time.Microsecond) })
		s, err := run()
		require.NoError(t, err)
		assert.Equal(t, 1e-6, s)
		before := calls
		s, err = run()
		require.NoError(t, err)
		assert.Equal(t, 1e-6, s)
		assert.Equal(t, 4096, calls-before, "the first power of two that lasts so long")
		medians, err := measure.Effort{Repetitions: 2, Each: time.Second}.Medians(t.Context(),
			func() { time.Sleep(time.Millisecond) }, func() { time.Sleep(time.Minute) })
		require.NoError(t, err)
		assert.Equal(t, []float64{1e-3, 60}, medians)
	})
}
