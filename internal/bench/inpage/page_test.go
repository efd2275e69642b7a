package inpage

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// do has the worker do a job as short as it can be: that it works, not how fast.
func do[T any](t *testing.T, p *Page, what string, n int) T {
	t.Helper()
	least := measure.Effort{Repetitions: 1, Each: time.Millisecond}
	answer, err := Do[T](p, workload.Job{Do: what, N: n, Effort: least})
	require.NoError(t, err, what)
	return answer
}

func TestWorkerDoesItsJobs(t *testing.T) {
	testneed.Browser(t)
	p, err := Open(context.Background())
	require.NoError(t, err)
	defer p.Close()
	assert.Contains(t, p.Browser, "Chrom")
	assert.Positive(t, do[float64](t, p, "peak", 0))
	products := do[[]workload.Product](t, p, "products", 2)
	require.Len(t, products, 2)
	assert.Len(t, products[0].Seconds, 2)
	assert.Less(t, products[0].Differ, 1e-5)
	assert.Positive(t, do[float64](t, p, "product", 1))
	elementwise := do[workload.Elementwises](t, p, "elementwise", 0)
	assert.Len(t, elementwise.Operations, len(workload.Sizes)*len(workload.Formulas))
	assert.Len(t, do[[]workload.Probes](t, p, "probes", 0), 3)
	assert.Positive(t, do[workload.Profile](t, p, "profile", 1).Step)

	// What trains there is what trains here.
	s, err := workload.Default().New(compute.NewCPU())
	require.NoError(t, err)
	assert.InDeltaSlice(t, s.Updates(3).Losses, do[workload.Updates](t, p, "updates", 3).Losses, 1e-3)
	_, err = Do[float64](p, workload.Job{Do: "dance"})
	assert.ErrorContains(t, err, "dance")
}

// A peer gets whole batches, all of them.
func TestBatchesOfAPeerAreWhole(t *testing.T) {
	s := workload.Default()
	for _, p := range s.Products() {
		assert.Zero(t, p.Count%batched(s, p), "%s: batches of %d", p.Name(), batched(s, p))
	}
}
