package compute

import (
	"runtime"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tally counts how often each unit is done.
type tally []atomic.Int32

func (t tally) do(_ *cpu, from, to int) {
	for i := from; i < to; i++ {
		t[i].Add(1)
	}
	runtime.Gosched()
}

func TestEveryUnitIsDoneExactlyOnceWhoeverTakesIt(t *testing.T) {
	c := newCrew(scalarKernel, 4)
	defer c.stop()
	for round := range 3000 {
		n, part := 1+round%61, 1+round%5
		w := make(tally, n)
		c.share(w, n, part, 2+round%3)
		for i := range w {
			require.EqualValues(t, 1, w[i].Load(), "round %d, unit %d", round, i)
		}
		if round%1000 == 999 {
			sleep(c)
		}
	}
}

// sleep waits until all helpers that were started have fallen asleep.
func sleep(c *crew) {
	for i, wake := range c.wake {
		for wake != nil && !c.asleep[i].Load() {
			runtime.Gosched()
		}
	}
}

// meeting is a work of two parts, of which neither is over before the caller has come for one and a helper for the other.
type meeting struct {
	first          *cpu
	caller, helper chan struct{}
}

func meet(c *crew) meeting { return meeting{c.cpus[0], make(chan struct{}), make(chan struct{})} }

func (m meeting) do(c *cpu, _, _ int) {
	mine, other := m.caller, m.helper
	if c != m.first {
		mine, other = other, mine
	}
	close(mine)
	<-other
}

// Helpers come to a crew that has just begun, to one that works on, and to one that has slept.
func TestHelpersTakeParts(t *testing.T) {
	c := newCrew(scalarKernel, 2)
	defer c.stop()
	for range 3 {
		c.share(meet(c), 2, 1, 2)
		c.share(meet(c), 2, 1, 2)
		sleep(c)
	}
}

type faulty struct{}

func (faulty) do(_ *cpu, from, _ int) {
	if from == 3 {
		panic("unit 3")
	}
}

func TestAPanicInAPartIsTheCallers(t *testing.T) {
	c := newCrew(scalarKernel, 2)
	defer c.stop()
	for range 100 {
		assert.PanicsWithValue(t, "unit 3", func() { c.share(faulty{}, 8, 1, 2) })
	}
}

// A helper holds its crew: that is garbage once all of them have ended.
func TestHelpersEndWithTheirTeam(t *testing.T) {
	crew := func() weak.Pointer[crew] {
		team := NewTeam(4)
		team.Use(4)
		team.MinWork = 1 << 18
		team.Axpby(make([]float32, 1<<20), 1, make([]float32, 1<<20), 1)
		require.NotNil(t, team.crew.wake[3], "helpers were started")
		return weak.Make(team.crew)
	}()
	for crew.Value() != nil {
		runtime.GC()
		runtime.Gosched()
	}
}
