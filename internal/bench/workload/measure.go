package workload

import (
	"context"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Took is what an operation took an element, beside the least that it could take, in nanoseconds.
type Took struct {
	Name, Size  string
	Took, Limit float64
	Binds       string
}

// MeasureElements holds the elementwise operations of an engine against memory and arithmetic: each in turn with copying a working set
// of the same size.
func MeasureElements(ctx context.Context, e compute.Engine, lap time.Duration, repetitions int) ([]Took, error) {
	rates := MeasureRates(lap)
	var all []Took
	for _, op := range Elements(e) {
		moved := NewCopy(op.Bytes)
		times, err := measure.Interleaved(ctx, repetitions, measure.Repeat(lap/2, op.Run), measure.Repeat(lap/2, moved.Run))
		if err != nil {
			return all, err
		}
		rates.Bytes = float64(moved.Bytes) / times[1]
		limit, binds := op.Limit(rates)
		n := float64(op.Count)
		all = append(all, Took{op.Name, op.Size, 1e9 * times[0] / n, 1e9 * limit / n, binds})
	}
	return all, nil
}
