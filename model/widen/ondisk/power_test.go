package ondisk_test

import (
	"context"
	"errors"
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
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// widening is one with everything that it leaves: weights, states, those of PyTorch's, what is new, a recipe, and a
// file that is copied. whole reports whether a folder holds all of that; else it holds no network.
func widening(t *testing.T) (work func(ctx context.Context, out string, told func(int64)) error,
	whole func(out string) bool) {
	t.Helper()
	c := small
	c.Layers, c.Experts = 1, 2 // each step of the work is tried
	in, v := saved(t, c)
	names := optimizerFile(t, filepath.Join(in.Dir, "optimizer.pt"), numbered, checkpoint.F32, v[1], v[2])
	require.NoError(t, os.WriteFile(filepath.Join(in.Dir, "tokenizer.json"), []byte("{}"), 0o644))
	recipe, err := ondisk.NewRecipe(ondisk.Recipe{Schedule: "cosine", Rho: 1.3})
	require.NoError(t, err)
	spec := widen.Spec{Axis: model.Joint, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
		NormWeights: widen.CopyNormWeights, OptState: widen.Asymmetric}
	work = func(ctx context.Context, out string, told func(int64)) error {
		file, err := torch.Open(filepath.Join(in.Dir, "optimizer.pt"))
		require.NoError(t, err)
		defer file.Close()
		states, err := file.Read(names)
		require.NoError(t, err)
		_, err = ondisk.WidenWith(ctx, in, out, spec, 1, ondisk.With{Recipe: &recipe, States: states}, told)
		return err
	}
	first := filepath.Join(t.TempDir(), "wide")
	require.NoError(t, work(t.Context(), first, noProgress))
	want := files(t, first)
	require.Len(t, want, 10)
	whole = func(out string) bool {
		if _, err := checkpoint.ReadFolder(context.Background(), out); err != nil {
			assert.ErrorContains(t, err, "is not the folder of a network")
			return false
		}
		for name, data := range want {
			got, err := os.ReadFile(filepath.Join(out, name))
			require.NoError(t, err)
			require.Equal(t, data, got, name)
		}
		return true
	}
	return work, whole
}

// files are those of a folder, by name.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = data
	}
	return all
}

// Killed or without power at any step of its work on the disk, a widening leaves no network or the whole of it, and
// blocks nobody.
func TestAWideningIsWholeOrNotThereWheneverThePowerIsCut(t *testing.T) {
	work, whole := widening(t)
	none, all := 0, 0
	cut.Power(t, func(string) {}, func(dir string) error {
		return work(context.Background(), filepath.Join(dir, "wide"), noProgress)
	}, func(dir, when string) {
		out := filepath.Join(dir, "wide")
		whole(out)
		if durable.Sweep(out); whole(out) {
			all++
			return
		}
		assert.NotContains(t, when, cut.AfterTheEnd)
		if none++; none%16 == 1 {
			require.NoError(t, work(context.Background(), out, noProgress), when)
			assert.True(t, whole(out), when)
		}
	})
	assert.Greater(t, none, 20)
	assert.Positive(t, all)
}

func TestAFullDiskLeavesNoWidening(t *testing.T) {
	work, whole := widening(t)
	tries := cut.Full(t, func(string) {}, func(dir string) error {
		return work(context.Background(), filepath.Join(dir, "wide"), noProgress)
	}, func(dir string, err error) {
		out := filepath.Join(dir, "wide")
		assert.Equal(t, err == nil, whole(out))
		if err != nil {
			assert.ErrorIs(t, err, syscall.ENOSPC)
			_, err := os.Lstat(out)
			assert.ErrorIs(t, err, fs.ErrNotExist, "nothing is left")
		}
	})
	assert.Greater(t, tries, 20)
}

// Stopped on its way, wherever that is, it leaves nothing.
func TestAWideningThatIsStoppedLeavesNothing(t *testing.T) {
	work, _ := widening(t)
	for at := 1; ; at += 7 {
		root := t.TempDir()
		ctx, stop := context.WithCancel(t.Context())
		told := 0
		err := work(ctx, filepath.Join(root, "wide"), func(int64) {
			if told++; told == at {
				stop()
			}
		})
		stop()
		if err == nil {
			require.Less(t, told, at, "it went on to its end after it was stopped")
			require.Greater(t, at, 30)
			return
		}
		require.True(t, errors.Is(err, context.Canceled), "%v", err)
		entries, err := os.ReadDir(root)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}
