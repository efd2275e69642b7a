package profile_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/profile"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

func TestNotingChangesNoBit(t *testing.T) {
	plain, err := workload.Default().New(compute.NewCPU())
	require.NoError(t, err)
	noted, err := workload.Default().New(profile.New(compute.NewCPU()))
	require.NoError(t, err)
	for range 3 {
		assert.Equal(t, plain.Run(), noted.Run())
	}
	assert.Equal(t, plain.Net.Weights.Data, noted.Net.Weights.Data)
}

func TestProfileCountsTheOperationsOfTheModel(t *testing.T) {
	s := workload.Default()
	p, err := profile.Of(context.Background(), s, compute.NewCPU(), 2, 1)
	require.NoError(t, err)
	var sum float64
	for g := range profile.Groups {
		sum += p.FLOPs[g]
		assert.GreaterOrEqual(t, p.Spent[g], 0.0, g)
		assert.NotEmpty(t, g.String())
	}
	assert.InEpsilon(t, model.Count(s.Model, s.Batch, s.Seq).FLOPs, sum, 1e-9)
	assert.Positive(t, p.Spent[profile.Optimizer])
}
