package cli

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// A widening that is killed at random moments leaves no network or the whole of it, and the next one to that place has
// the bits of one that nobody disturbed.
func TestAWideningThatIsKilledLeavesNothingHalfWritten(t *testing.T) {
	dir, root := deep(t), t.TempDir()
	widen := func(out string) []string {
		return []string{"widen", "--model", dir, "--out", out, "--axis", "joint", "--quiet"}
	}
	first := filepath.Join(root, "first")
	begin := time.Now()
	require.NoError(t, program(t, widen(first)...).Run())
	took := time.Since(begin)
	want := left(t, first)
	out := filepath.Join(root, "out")
	for range 5 {
		c := program(t, widen(out)...)
		require.NoError(t, c.Start())
		time.Sleep(rand.N(took))
		_ = c.Process.Kill()
		_ = c.Wait()
		durable.Sweep(out) // where only the last moves are missing it makes them
		if _, err := os.Stat(filepath.Join(out, "config.json")); err == nil {
			got := left(t, out)
			maps.DeleteFunc(got, func(name, _ string) bool { return strings.HasPrefix(name, ".") }) // of its claim
			assert.Equal(t, want, got)
			require.NoError(t, os.RemoveAll(out))
		}
	}
	code, _, err := run(widen(out)...)
	require.Zero(t, code, err)
	assert.Equal(t, want, left(t, out))
	entries, e := os.ReadDir(root)
	require.NoError(t, e)
	assert.Len(t, entries, 2, "nothing lies beside them")
}
