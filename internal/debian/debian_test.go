package debian

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
)

const (
	small = "libnvrtc-builtins11.8"
	file  = "libnvrtc-builtins.so.11.8"
)

// Into a cache that is empty, with nothing installed and nothing of the machine's own lists.
func TestAPackageIsFetchedOnceAndNeverInstalled(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	paths := make([]string, 3)
	errs := make([]error, len(paths))
	var all sync.WaitGroup
	for i := range paths {
		all.Go(func() { paths[i], errs[i] = Library(t.Context(), small, file) })
	}
	all.Wait()
	for i, path := range paths {
		testneed.Here(t, errs[i])
		assert.Equal(t, paths[0], path)
	}
	info, err := os.Stat(paths[0])
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(1<<20))

	t.Setenv("PATH", t.TempDir()) // what is there already needs neither apt nor a network
	again, err := Library(t.Context(), small, file)
	require.NoError(t, err)
	assert.Equal(t, paths[0], again)
	_, err = Library(t.Context(), small, "libabacus.so")
	assert.ErrorContains(t, err, "there is no apt-get on the path")
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	path := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	_, err := Library(t.Context(), small, file)
	assert.ErrorContains(t, err, "package "+small+" of Debian cannot be fetched: there is no apt-get on the path")

	t.Setenv("PATH", path)
	if _, err := exec.LookPath("apt-get"); err != nil {
		testneed.Here(t, err)
	}
	empty := filepath.Join(t.TempDir(), "apt.conf")
	const none = `Dir::Etc::SourceParts "-"; Dir::Etc::SourceList "/dev/null";`
	require.NoError(t, os.WriteFile(empty, []byte(none), 0o644))
	t.Setenv("APT_CONFIG", empty)
	_, err = Library(t.Context(), small, file)
	assert.ErrorContains(t, err, "none of apt's sources on this machine is Debian's archive")
	entries, err := filepath.Glob(filepath.Join(cache, "sparkling", "*", small))
	require.NoError(t, err)
	assert.Empty(t, entries, "what failed leaves nothing behind")
}
