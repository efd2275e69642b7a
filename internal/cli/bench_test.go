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

func TestBenchPrintsItsTablesAndWritesTheDocument(t *testing.T) {
	dir := t.TempDir()
	data, e := os.ReadFile(filepath.Join("..", "..", "docs", performance))
	require.NoError(t, e)
	path := filepath.Join(dir, performance)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	code, out, err := run("bench", "--quick", "--json", "--docs", dir)
	require.Zero(t, code, err)
	var r bench.Report
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.True(t, r.Complete)
	assert.Contains(t, out, "--peers", "what was left out is said")
	text, e := os.ReadFile(path)
	require.NoError(t, e)
	want, e := r.Fill(data)
	require.NoError(t, e)
	assert.Equal(t, string(want), string(text))
	assert.Contains(t, string(text), r.Machine.CPU)
}

// Minutes of measuring are not lost to a folder that was wrong from the start.
func TestBenchLooksAtTheDocumentFirst(t *testing.T) {
	code, out, err := run("bench", "--docs", t.TempDir())
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "performance.md")
}
