package workload

import (
	"fmt"
	"math"
	"time"
)

// Copy moves a working set: what memory and caches can do at most at that size.
type Copy struct {
	Name  string
	Bytes int // read and written together, and touched in all

	from, to []float32
}

// Sizes of working sets in bytes: one that the caches near a core hold, one that the larger cache holds, and one that no cache does.
const (
	Near = 1 << 17
	Far  = 1 << 20
	Main = 1 << 27
)

// Copies are the three working sets.
func Copies() []Copy {
	var all []Copy
	for _, n := range []int{Near, Far, Main} {
		all = append(all, NewCopy(n))
	}
	return all
}

// NewCopy is a working set of so many bytes.
func NewCopy(bytes int) Copy {
	name := fmt.Sprintf("copying within %d KiB", bytes>>10)
	if bytes >= 1<<20 {
		name = fmt.Sprintf("copying within %d MiB", bytes>>20)
	}
	c := Copy{Name: name, Bytes: bytes, from: make([]float32, bytes/8), to: make([]float32, bytes/8)}
	for i := range c.from {
		c.from[i] = 1
	}
	return c
}

// Run copies once.
func (c Copy) Run() { copy(c.to, c.from) }

// Measure is the bytes read and written in a second: the best of several short runs.
func (c Copy) Measure(least time.Duration) float64 {
	c.Run()
	best := math.Inf(1)
	for begin := time.Now(); time.Since(begin) < 10*least; {
		turns, start := 0, time.Now()
		for time.Since(start) < least {
			for range max(1, 1<<20/c.Bytes) {
				c.Run()
				turns++
			}
		}
		best = min(best, time.Since(start).Seconds()/float64(turns))
	}
	return float64(c.Bytes) / best
}
