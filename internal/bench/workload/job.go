package workload

import "github.com/sparkling-lab/sparkling/internal/bench/measure"

// Job is what our worker in a browser is asked to do.
type Job struct {
	Do string // one of the names in inpage/worker
	N  int    // which product of a training step, or how many products or updates
	measure.Effort
}

// Memory is what a worker's program has after a collection of garbage, in bytes: in use, and in all, which never shrinks.
type Memory struct{ Live, Program float64 }
