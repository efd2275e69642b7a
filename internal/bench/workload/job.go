package workload

import "github.com/sparkling-lab/sparkling/internal/bench/measure"

// Job is what our worker in a browser is asked to do.
type Job struct {
	Do string // one of the names in inpage/worker
	N  int    // which product of a training step, or how many products or updates
	measure.Effort
}
