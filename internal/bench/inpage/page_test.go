package inpage_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage"
	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// The worker is asked for each of its jobs once, as short as they can be: that they work, not how fast.
func TestWorkerDoesItsJobs(t *testing.T) {
	testneed.Browser(t)
	p, err := inpage.Open(context.Background())
	require.NoError(t, err)
	defer p.Close()
	assert.Contains(t, p.Browser, "Chrom")
	do := func(j job.Job) job.Answer {
		a, err := p.Do(j)
		require.NoError(t, err, j.Do)
		return a
	}
	assert.Positive(t, do(job.Job{Do: "limits", Of: 1}).Limits["wasm"])
	products := do(job.Job{Do: "products", Of: 1, Lap: 1, N: 2}).Products
	require.Len(t, products, 2)
	assert.Positive(t, products[0].Ours)
	assert.Positive(t, products[0].Scalar)
	assert.Positive(t, do(job.Job{Do: "product", N: 1, Lap: 1}).Seconds)
	assert.Len(t, do(job.Job{Do: "elements", Of: 1, Lap: 1}).Elements, len(workload.Elements(compute.NewCPU())))
	assert.Positive(t, do(job.Job{Do: "profile", Of: 1, N: 1}).Profile.Step)
	assert.Positive(t, do(job.Job{Do: "arm", N: 30}).Bytes)

	// What trains there is what trains here.
	s, err := workload.Default().New(compute.NewCPU())
	require.NoError(t, err)
	for i, loss := range do(job.Job{Do: "updates", N: 3}).Losses {
		assert.InDelta(t, s.Run(), loss, 1e-3, "update %d", i)
	}
	_, err = p.Do(job.Job{Do: "dance"})
	assert.ErrorContains(t, err, "dance")
}
