package compute

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tally counts how often each unit is done, and who does it.
type tally struct {
	times []atomic.Int32
	by    map[*cpu]*atomic.Int32
}

func (t *tally) do(c *cpu, from, to int) {
	for i := from; i < to; i++ {
		t.times[i].Add(1)
	}
	t.by[c].Add(1)
	runtime.Gosched()
}

func TestEveryUnitIsDoneExactlyOnceWhoeverTakesIt(t *testing.T) {
	c := newCrew(scalarKernel, 4)
	defer c.stop()
	helped := 0
	for round := range 3000 {
		n, part := 1+round%61, 1+round%5
		w := &tally{make([]atomic.Int32, n), map[*cpu]*atomic.Int32{}}
		for _, x := range c.cpus {
			w.by[x] = new(atomic.Int32)
		}
		c.share(w, n, part, 2+round%3)
		for i := range w.times {
			require.EqualValues(t, 1, w.times[i].Load(), "round %d, unit %d", round, i)
		}
		for _, x := range c.cpus[1:] {
			helped += int(w.by[x].Load())
		}
		if round%1000 == 999 {
			time.Sleep(20 * time.Millisecond) // long enough for the helpers to fall asleep
		}
	}
	if runtime.GOMAXPROCS(0) > 1 {
		assert.Positive(t, helped, "helpers take parts")
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

func TestHelpersEndWithTheirTeam(t *testing.T) {
	time.Sleep(50 * time.Millisecond) // for helpers of other tests to end
	before := runtime.NumGoroutine()
	func() {
		team := NewTeam(4)
		team.Use(4)
		team.Axpby(make([]float32, 1<<20), 1, make([]float32, 1<<20), 1)
		require.Greater(t, runtime.NumGoroutine(), before)
	}()
	for range 200 {
		if runtime.GC(); runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("helpers of a team that nobody holds are still there")
}
