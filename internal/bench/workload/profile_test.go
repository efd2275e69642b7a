package workload

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func profile(t *testing.T, s Shape) Profile {
	t.Helper()
	p, err := MeasureProfile(context.Background(), s, compute.NewCPU(), 1, 1)
	require.NoError(t, err)
	return p
}

func TestNotingChangesNoBit(t *testing.T) {
	plain, err := Default().New(compute.NewCPU())
	require.NoError(t, err)
	noted, err := Default().New(&noting{Engine: compute.NewCPU()})
	require.NoError(t, err)
	assert.Equal(t, plain.Updates(3).Losses, noted.Updates(3).Losses)
	assert.Equal(t, plain.Net.Weights.Data, noted.Net.Weights.Data)
}

func TestProfileCountsTheOperationsOfTheModel(t *testing.T) {
	s := Default()
	p := profile(t, s)
	var sum float64
	for g := range Groups {
		sum += p.FLOPs[g]
		assert.GreaterOrEqual(t, p.Spent[g], 0.0, g)
	}
	assert.InEpsilon(t, model.Count(s.Model, s.Batch, s.Seq).FLOPs, sum, 1e-9)
	assert.Positive(t, p.Spent[Optimizer])
}

// What is counted of an update is what the engine is asked for while it is made, the network's part and the
// optimizer's, on every axis.
func TestTheCostOfAnUpdateIsTheProductsThatTheEngineMakes(t *testing.T) {
	for _, kind := range optim.Kinds {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			for _, untied := range []bool{false, true} {
				s := After(axis)
				s.Optimizer.Kind, s.Model.Untied = kind, untied
				p := profile(t, s)
				want := optim.Cost{Network: p.FLOPs[MatMuls] + p.FLOPs[Attention], Optimizer: p.FLOPs[Optimizer]}
				assert.Equal(t, want, kind.Cost(s.Model, s.Batch, s.Seq), "%s, %s, untied %v", kind, axis, untied)
			}
		}
	}
}

// Newton and Schulz's five steps make three products of every matrix each, all of them the engine's.
func TestMuonsProductsGoThroughTheEngine(t *testing.T) {
	s := Muon()
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
	assert.InEpsilon(t, want, profile(t, s).FLOPs[Optimizer], 1e-9)
	assert.Zero(t, profile(t, Default()).FLOPs[Optimizer], "AdamW has none")
}
