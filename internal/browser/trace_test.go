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
			// it asks for two callbacks
			task("RunTask", 1, at, 2000), task("FireAnimationFrame", 1, at+1, 1400),
			task("FireAnimationFrame", 1, at+2, 100),
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
	assert.ErrorIs(t, err, errTooShort)
	_, err = measure(nil)
	assert.ErrorIs(t, err, errTooShort)
}

// A trace may begin in the middle of a task: what is left of it is no frame.
func TestWhatLiesBeforeTheFirstTaskIsNoFrame(t *testing.T) {
	events := []event{{"FireAnimationFrame", "X", 1, 5e9 - 1000, 700}}
	for i := range 5 {
		at := 5e9 + float64(i)*10000
		events = append(events, event{"RunTask", "X", 1, at, 2000}, event{"FireAnimationFrame", "X", 1, at + 1, 1400})
	}
	f, err := measure(events)
	require.NoError(t, err)
	assert.InDelta(t, 100, f.PerSecond, 1e-9)
	assert.InDelta(t, 0.2, f.Share, 1e-9)
	_, err = measure(events[:1])
	assert.ErrorIs(t, err, errTooShort)
}

// Frames in which nothing happens make the percentile of all small: those with work have one of their own.
func TestFramesWithWorkAreToldApart(t *testing.T) {
	var events []event
	for i := range 101 {
		at, cpu := float64(i)*10000, 500.0
		if i%10 == 3 {
			cpu = 9000 + float64(i)
		}
		events = append(events, event{"RunTask", "X", 1, at, cpu}, event{"FireAnimationFrame", "X", 1, at + 1, 100})
	}
	f, err := measure(events)
	require.NoError(t, err)
	assert.InDelta(t, 0.1, f.BusyShare, 1e-9)
	assert.InDelta(t, 9.093, f.Busy, 1e-9)
	assert.Contains(t, f.String(), "the 10 % of them that took more than 1 ms have their 95th percentile at 9.09")
	for i := range events {
		events[i].CPU = 500
	}
	f, err = measure(events)
	require.NoError(t, err)
	assert.Zero(t, f.Busy)
}
