package torch

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// A comparison of times is worth something only if both train the same network: ten updates have the same losses.
func TestPyTorchTrainsTheSameNetwork(t *testing.T) {
	testneed.PyTorch(t)
	s, err := workload.Default().New(compute.NewCPU())
	require.NoError(t, err)
	p, err := Start(context.Background(), workload.Default())
	require.NoError(t, err)
	defer p.Close()
	ours := s.Updates(10).Losses
	_, theirs, err := p.Steps(10 - First)
	require.NoError(t, err)
	assert.InDeltaSlice(t, ours, append(p.losses, theirs...), 1e-3)
	assert.Less(t, ours[8], ours[0], "the batch of the first update comes again, and is known better")
	assert.NoError(t, p.Same(ours))
	ours[1] += 0.1
	assert.ErrorContains(t, p.Same(ours), "after 1 updates the loss is")
}
