//go:build linux && amd64

package emulated

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// SameInEveryOrder runs something in all orders in which threads can take turns, and fails the test where the result is
// not the same. It returns the result.
func (l *Library) SameInEveryOrder(t testing.TB, run func() []byte) []byte {
	t.Helper()
	l.Order(0)
	first := run()
	for o := 1; o < Orders; o++ {
		l.Order(o)
		assert.Equal(t, first, run(), "order %d of turns gives something else: a barrier is missing", o)
	}
	l.Order(0)
	return first
}

// EveryBarrierCounts runs something with one barrier left out at a time: of those that it comes to, and that which
// names, where it is not nil. It fails the test where no order of turns shows that the barrier is missing. What runs
// must survive errors of the device: it opens one itself, and returns nil after an error. Without the build tag device
// three of the barriers stand for all: the first, the last, and one between.
func (l *Library) EveryBarrierCounts(t testing.TB, which func(i int, b Barrier) bool, run func() []byte) {
	t.Helper()
	l.of.reset()
	good := run()
	var met []int
	for i, b := range l.barriers {
		if l.Hits(i) > 0 && (which == nil || which(i, b)) {
			met = append(met, i)
		}
	}
	assert.NotEmpty(t, met, "no barrier is met")
	if n := len(met); !allBarriers && n > 3 {
		met = []int{met[0], met[n/2], met[n-1]}
	}
	for _, i := range met {
		seen := false
		for o := 0; o < Orders && !seen; o++ {
			l.of.reset()
			l.Order(o)
			l.LeaveOut(i)
			seen = string(run()) != string(good)
		}
		assert.True(t, seen, "nothing shows that this barrier is missing: %s", l.barriers[i])
	}
	l.of.reset()
}
