package cut

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// found are the states in which a file was found: its content, or that it was missing.
func found(t *testing.T, work func(dir string) error) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	Power(t, func(dir string) { require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), []byte("old"), 0o644)) }, work,
		func(dir, _ string) {
			data, err := os.ReadFile(filepath.Join(dir, "f"))
			if errors.Is(err, fs.ErrNotExist) {
				data = []byte("missing")
			} else {
				require.NoError(t, err)
			}
			out[string(data)] = true
		})
	return out
}

// What leaves out a sync is found out: the check can fail.
func TestPowerFindsWhatWasNotSynced(t *testing.T) {
	m := durable.Current
	create := func(path string, sync bool) {
		h, err := m().Create(path)
		require.NoError(t, err)
		_, err = h.Write([]byte("new!"))
		require.NoError(t, err)
		if sync {
			require.NoError(t, h.Sync())
		}
		require.NoError(t, h.Close())
	}
	for name, c := range map[string]struct {
		work func(dir string)
		want []string
	}{
		"renamed without a sync": {func(dir string) {
			create(filepath.Join(dir, "t"), false)
			require.NoError(t, m().Rename(filepath.Join(dir, "t"), filepath.Join(dir, "f")))
		}, []string{"old", "", "ne", "new!"}},
		"written in its place": {func(dir string) {
			require.NoError(t, m().Remove(filepath.Join(dir, "f")))
			create(filepath.Join(dir, "f"), true)
			require.NoError(t, m().Sync(dir))
		}, []string{"old", "missing", "", "ne", "new!"}},
		"synced, renamed, synced": {func(dir string) {
			create(filepath.Join(dir, "t"), true)
			require.NoError(t, m().Rename(filepath.Join(dir, "t"), filepath.Join(dir, "f")))
			require.NoError(t, m().Sync(dir))
		}, []string{"old", "new!"}},
	} {
		got := found(t, func(dir string) error { c.work(dir); return nil })
		want := map[string]bool{}
		for _, w := range c.want {
			want[w] = true
		}
		assert.Equal(t, want, got, name)
	}
}

// After the end only what is safe is there.
func TestPowerShowsAFolderThatNobodySynced(t *testing.T) {
	last := false
	Power(t, func(string) {}, func(dir string) error { return durable.Current().Mkdir(filepath.Join(dir, "sub")) },
		func(dir, when string) {
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			last = len(entries) > 0
		})
	assert.False(t, last)
}

func TestFullRefusesAtEachStep(t *testing.T) {
	failed := 0
	tries := Full(t, func(string) {}, func(dir string) error {
		return durable.WriteFile(filepath.Join(dir, "f"),
			func(w io.Writer) error { _, err := w.Write([]byte("x")); return err })
	}, func(dir string, err error) {
		if err != nil {
			failed++
			assert.ErrorIs(t, err, syscall.ENOSPC)
		}
	})
	assert.Equal(t, tries-1, failed)
	assert.Equal(t, 4, tries, "making it, writing and syncing take room")
}
