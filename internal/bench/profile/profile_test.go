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
	"github.com/sparkling-lab/sparkling/model/optim"
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

// What is counted of an update is what the engine is asked for while it is made, the network's part and the optimizer's, on every axis.
func TestTheCostOfAnUpdateIsTheProductsThatTheEngineMakes(t *testing.T) {
	for _, kind := range optim.Kinds {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			for _, untied := range []bool{false, true} {
				s := workload.After(axis)
				s.Optimizer.Kind, s.Model.Untied = kind, untied
				p, err := profile.Of(context.Background(), s, compute.NewCPU(), 1, 1)
				require.NoError(t, err)
				var network float64
				for g := range profile.Groups {
					if g != profile.Optimizer {
						network += p.FLOPs[g]
					}
				}
				want := optim.Cost{Network: network, Optimizer: p.FLOPs[profile.Optimizer]}
				assert.Equal(t, want, kind.Cost(s.Model, s.Batch, s.Seq), "%s, %s, untied %v", kind, axis, untied)
			}
		}
	}
}

// Newton and Schulz's five steps make three products of every matrix each, all of them the engine's.
func TestMuonsProductsGoThroughTheEngine(t *testing.T) {
	s := workload.Muon()
	net, err := s.New(compute.NewCPU())
	require.NoError(t, err)
	var want float64
	for _, x := range net.Net.Weights.Table.Tensors {
		if x.Kind != model.Matrix || x.Part == model.Route || x.Part == model.Head {
			continue // AdamW updates it
		}
		short, long := float64(min(x.Rows.Size, x.Cols.Size)), float64(max(x.Rows.Size, x.Cols.Size))
		want += float64(x.Experts) * 5 * 2 * short * short * (2*long + short)
	}
	require.Positive(t, want)
	p, err := profile.Of(context.Background(), s, compute.NewCPU(), 1, 1)
	require.NoError(t, err)
	assert.InEpsilon(t, want, p.FLOPs[profile.Optimizer], 1e-9)
	p, err = profile.Of(context.Background(), workload.Default(), compute.NewCPU(), 1, 1)
	require.NoError(t, err)
	assert.Zero(t, p.FLOPs[profile.Optimizer], "AdamW has none")
}
