package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each frame costs its own task and those up to the next one; other threads, and a frame that is cut off, do not count.
func TestFramesAreTheTasksBetweenAnimationFrames(t *testing.T) {
	task := func(name string, thread int, begun, cpu float64) event { return event{name, "X", thread, begun, cpu} }
	var events []event
	for i := range 5 {
		at := float64(i) * 10000
		events = append(events,
			task("RunTask", 1, at, 2000), task("FireAnimationFrame", 1, at+1, 1400), task("FireAnimationFrame", 1, at+2, 100), // it asks for two callbacks
			task("RunTask", 1, at+3000, float64(i)*1000), task("RunTask", 2, at+100, 9000))
	}
	f, err := measure(events)
	require.NoError(t, err)
	assert.InDelta(t, 100, f.PerSecond, 1e-9)
	assert.InDelta(t, (2+3+4+5)/4.0, f.Mean, 1e-9)
	assert.InDelta(t, 5, f.P95, 1e-9)
	assert.InDelta(t, 5, f.Max, 1e-9)
	assert.InDelta(t, 2, f.Own, 1e-9)
	assert.InDelta(t, 14.0/40, f.Share, 1e-9)
	_, err = measure(events[:4])
	assert.ErrorContains(t, err, "whole animation frames")
	_, err = measure(nil)
	assert.ErrorContains(t, err, "no animation frame")
}
