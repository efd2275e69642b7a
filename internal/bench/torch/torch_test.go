package torch

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// A comparison of times is worth something only if both train the same network: ten updates have the same losses.
func TestPyTorchTrainsTheSameNetwork(t *testing.T) {
	_, err := find(context.Background())
	testneed.Here(t, err)
	s, err := workload.Default().New(compute.NewCPU())
	require.NoError(t, err)
	p, err := Start(context.Background(), workload.Default(), nil)
	require.NoError(t, err)
	defer p.Close()
	_, theirs, err := p.Steps(10)
	require.NoError(t, err)
	for i, loss := range theirs {
		assert.InDelta(t, s.Run(), loss, 1e-3, "update %d", i)
	}
	assert.Less(t, theirs[8], theirs[0], "the batch of the first update comes again, and is known better")
}

func TestAnotherNetworkIsNoPeer(t *testing.T) {
	_, err := find(context.Background())
	testneed.Here(t, err)
	s, err := workload.Small().New(compute.NewCPU())
	require.NoError(t, err)
	ours := s.Updates(2).Losses
	p, err := Start(context.Background(), workload.Small(), ours)
	require.NoError(t, err)
	p.Close()
	ours[1] += 0.1
	_, err = Start(context.Background(), workload.Small(), ours)
	assert.ErrorContains(t, err, "after 1 updates the loss is")
	assert.ErrorContains(t, err, "not the same network")
}

// Python takes any folder of that name for a package.
func TestAFolderCalledTorchIsNotPyTorch(t *testing.T) {
	want, wrong := find(context.Background())
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "torch"), 0o755))
	t.Chdir(dir)
	got, err := find(context.Background())
	assert.Equal(t, want, got)
	assert.Equal(t, wrong, err)
}
