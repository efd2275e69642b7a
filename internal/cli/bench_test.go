package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench"
)

func TestBenchPrintsATableAndWritesTheDocuments(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"performance.md", "bench-before.json"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	code, out, err := run("bench", "--quick", "--docs", dir)
	require.Zero(t, code, err)
	assert.Regexp(t, `AdamW, native, times its limit +\d+\.\d\d x`, out)
	assert.Contains(t, out, "--peers", "what was left out is said")
	var r bench.Report
	data, e := os.ReadFile(filepath.Join(dir, "bench.json"))
	require.NoError(t, e)
	require.NoError(t, json.Unmarshal(data, &r))
	assert.True(t, r.Complete)
	text, e := os.ReadFile(filepath.Join(dir, "performance.md"))
	require.NoError(t, e)
	assert.Contains(t, string(text), r.Machine.CPU)
	assert.FileExists(t, filepath.Join(dir, "costs-network.svg"))
}

// Minutes of measuring are not lost to a folder that was wrong from the start.
func TestBenchLooksAtTheDocumentsFirst(t *testing.T) {
	code, out, err := run("bench", "--docs", t.TempDir())
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "performance.md")
}
