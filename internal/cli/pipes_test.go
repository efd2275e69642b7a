//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A pipe where a file of a network or a batch should be is refused; nobody waits for somebody to write into it.
func TestPipesAmongCheckpointsHoldNobody(t *testing.T) {
	for _, name := range []string{"config.json", "model.safetensors", "model.safetensors.index.json",
		"optimizer_m.safetensors"} {
		dir := kind(t, "split")
		if name == "model.safetensors.index.json" {
			require.NoError(t, os.Remove(filepath.Join(dir, "model.safetensors")))
		}
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
		require.NoError(t, syscall.Mkfifo(filepath.Join(dir, name), 0o644))
		refused(t, []string{name, "not a regular file"}, "check", "--model", dir, "--batch", kindBatch)
		refused(t, []string{name, "not a regular file"}, "widen", "--model", dir, "--out",
			filepath.Join(t.TempDir(), "wide"), "--axis", "inner")
	}
	pipe := filepath.Join(t.TempDir(), "batch.safetensors")
	require.NoError(t, syscall.Mkfifo(pipe, 0o644))
	refused(t, []string{pipe, "not a regular file"}, "check", "--model", kind(t, "split"), "--batch", pipe)
}
