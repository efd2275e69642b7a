package checkpoint

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/durable/cut"
	"github.com/sparkling-lab/sparkling/model"
)

// saved writes the network with both optimizer states, and read says whether a folder holds all of it; else it holds no
// network.
func saved(t *testing.T) (save func(dir string) error, read func(dir string) bool) {
	t.Helper()
	v := network(t)
	m, s := model.Init(v.Table.Config, 5), model.Init(v.Table.Config, 6)
	save = func(dir string) error { return Save(context.Background(), dir, nil, v, m, s) }
	read = func(dir string) bool {
		f, err := ReadFolder(context.Background(), dir)
		if err != nil {
			assert.ErrorContains(t, err, "is not the folder of a network")
			return false
		}
		require.Len(t, f.States, 2)
		for i, want := range []model.Values{v, m, s} {
			got, err := f.Load(context.Background(), f.Sets()[i], noProgress)
			require.NoError(t, err)
			assert.Equal(t, want.Data, got.Data)
		}
		return true
	}
	return save, read
}

func TestANetworkIsWholeOrNotThereWheneverThePowerIsCut(t *testing.T) {
	save, read := saved(t)
	old, now := 0, 0
	cut.Power(t, func(string) {}, func(dir string) error { return save(filepath.Join(dir, "net")) },
		func(dir, when string) {
			net := filepath.Join(dir, "net")
			read(net)
			if durable.Sweep(net); read(net) {
				now++
				return
			}
			assert.NotContains(t, when, cut.AfterTheEnd)
			old++
			require.NoError(t, save(net), "%s: what is left blocks nobody", when)
			assert.True(t, read(net), when)
		})
	assert.Positive(t, old)
	assert.Positive(t, now)
}

func TestAFullDiskLeavesNoNetwork(t *testing.T) {
	save, read := saved(t)
	tries := cut.Full(t, func(string) {}, func(dir string) error { return save(filepath.Join(dir, "net")) },
		func(dir string, err error) {
			net := filepath.Join(dir, "net")
			assert.Equal(t, err == nil, read(net))
			if err != nil {
				assert.ErrorIs(t, err, syscall.ENOSPC)
				_, err := os.Lstat(net)
				assert.ErrorIs(t, err, fs.ErrNotExist, "nothing is left")
			}
		})
	assert.Greater(t, tries, 10)
}
