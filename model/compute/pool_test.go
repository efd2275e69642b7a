package compute

import (
	"runtime"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tally counts how often each item is done.
type tally []atomic.Int32

func (t tally) do(_ *cpu, from, to int) {
	for i := from; i < to; i++ {
		t[i].Add(1)
	}
	runtime.Gosched()
}

func TestEveryItemIsDoneExactlyOnceWhoeverTakesIt(t *testing.T) {
	c := newThreadPool(scalarKernel, 4)
	defer c.stop()
	for round := range 3000 {
		n, chunk := 1+round%61, 1+round%5
		w := make(tally, n)
		c.parallelFor(w, n, chunk, 2+round%3)
		for i := range w {
			require.EqualValues(t, 1, w[i].Load(), "round %d, item %d", round, i)
		}
		if round%1000 == 999 {
			park(c)
		}
	}
}

// park waits until all workers that were started are parked.
func park(c *threadPool) {
	for i, wake := range c.wake {
		for wake != nil && !c.parked[i].Load() {
			runtime.Gosched()
		}
	}
}

// meeting is a task of two chunks, of which neither is over before the caller has come for one and a worker for the
// other.
type meeting struct {
	first          *cpu
	caller, worker chan struct{}
}

func meet(c *threadPool) meeting { return meeting{c.cpus[0], make(chan struct{}), make(chan struct{})} }

func (m meeting) do(c *cpu, _, _ int) {
	mine, other := m.caller, m.worker
	if c != m.first {
		mine, other = other, mine
	}
	close(mine)
	<-other
}

// Workers come to a pool that has just begun, to one that works on, and to one that has slept.
func TestWorkersTakeChunks(t *testing.T) {
	c := newThreadPool(scalarKernel, 2)
	defer c.stop()
	for range 3 {
		c.parallelFor(meet(c), 2, 1, 2)
		c.parallelFor(meet(c), 2, 1, 2)
		park(c)
	}
}

type faulty struct{}

func (faulty) do(_ *cpu, from, _ int) {
	if from == 3 {
		panic("item 3")
	}
}

func TestAPanicInAChunkIsTheCallers(t *testing.T) {
	c := newThreadPool(scalarKernel, 2)
	defer c.stop()
	for range 100 {
		assert.PanicsWithValue(t, "item 3", func() { c.parallelFor(faulty{}, 8, 1, 2) })
	}
}

// A worker holds its pool: that is garbage once all of them have ended.
func TestWorkersEndWithTheirEngine(t *testing.T) {
	pool := func() weak.Pointer[threadPool] {
		eng := NewThreaded(4)
		eng.SetThreads(4)
		eng.MinWork = 1 << 18
		eng.Axpby(make([]float32, 1<<20), 1, make([]float32, 1<<20), 1)
		require.NotNil(t, eng.pool.wake[3], "workers were started")
		return weak.Make(eng.pool)
	}()
	for pool.Value() != nil {
		runtime.GC()
		runtime.Gosched()
	}
}
