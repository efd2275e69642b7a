package workload

import (
	"fmt"
	"math"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
)

// Moves is what an operation moves between a core and where its numbers lie: so many arrays of N numbers each that are read, written, or
// read and written in their place.
type Moves struct{ N, Read, Written, Updated int }

// Bytes are those read and written together.
func (m Moves) Bytes() int { return 4 * m.N * (m.Read + m.Written + 2*m.Updated) }

// Ways are the ways known to move as much and do nothing else: going through all arrays at once, and where one is read and one written,
// copying. The fastest is the limit.
func (m Moves) Ways() []func() {
	arrays := func(n int) [][]float32 {
		all := make([][]float32, n)
		for i := range all {
			all[i] = positive(m.N)
		}
		return all
	}
	read, written, updated := arrays(m.Read), arrays(m.Written), arrays(m.Updated)
	ways := through(read, written, updated)
	if m.Read == 1 && m.Written == 1 && m.Updated == 0 {
		ways = append(ways, func() { copy(written[0], read[0]) })
	}
	return ways
}

// Measure is the bytes read and written in a second: the best of several short runs of any way.
func (m Moves) Measure(least time.Duration) float64 {
	best := math.Inf(1)
	for _, way := range m.Ways() {
		run := measure.Repeat(least, way)
		for begin := time.Now(); time.Since(begin) < 10*least; {
			s, _ := run() // a function without errors
			best = min(best, s)
		}
	}
	return float64(m.Bytes()) / best
}

// Sizes of working sets in bytes: one that the caches near a core hold, one that the larger cache holds, and one that no cache does.
const (
	Near = 1 << 17
	Far  = 1 << 20
	Main = 1 << 27
)

// Copies are the moves of one array to another in the three working sets.
func Copies() []Moves {
	var all []Moves
	for _, bytes := range []int{Near, Far, Main} {
		all = append(all, Moves{N: bytes / 8, Read: 1, Written: 1})
	}
	return all
}

// String says how much is touched in all.
func (m Moves) String() string {
	bytes := 4 * m.N * (m.Read + m.Written + m.Updated)
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}
