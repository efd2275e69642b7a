package build

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a reader has to fetch, in bytes.
const (
	pictureBudget  = 2_100_000
	trainingBudget = 3_100_000
)

func TestPageKeepsItsBudgets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "page")
	require.NoError(t, Page(t.Context(), dir, true, io.Discard))
	m, err := Read(dir)
	require.NoError(t, err)
	picture, training := m.Fetched()
	t.Logf("before the first picture %d bytes, before training %d; lab %d, trainer %d", picture, training, m.Files["wasm/lab.wasm"].Brotli, m.Files["wasm/trainer.wasm"].Brotli)
	assert.LessOrEqual(t, picture, int64(pictureBudget), "before the first picture")
	assert.LessOrEqual(t, training, int64(trainingBudget), "before training starts")

	for path, f := range m.Files {
		data, err := os.ReadFile(filepath.Join(dir, path))
		require.NoError(t, err)
		assert.EqualValues(t, f.Bytes, len(data), path)
		if f.Brotli == 0 {
			continue
		}
		br, err := os.ReadFile(filepath.Join(dir, path+".br"))
		require.NoError(t, err)
		assert.EqualValues(t, f.Brotli, len(br), path)
		unpacked, err := io.ReadAll(brotli.NewReader(bytes.NewReader(br)))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, unpacked), "%s.br holds the same", path)
		gz, err := os.Open(filepath.Join(dir, path+".gz"))
		require.NoError(t, err)
		z, err := gzip.NewReader(gz)
		require.NoError(t, err)
		unpacked, err = io.ReadAll(z)
		require.NoError(t, err)
		gz.Close()
		assert.True(t, bytes.Equal(data, unpacked), "%s.gz holds the same", path)
	}
	require.NoError(t, replaceable(dir), "a page built before may be replaced")
}

func TestReportBecomesAFolderOfThePage(t *testing.T) {
	module, root, page := t.TempDir(), t.TempDir(), t.TempDir()
	for path, text := range map[string]string{"index.html": "page", "site/a.js": "script", "site/report/index.html": "report", "site/report/figures/a.svg": "figure", "site/.hidden": "no"} {
		put(t, filepath.Join(module, path), text)
	}
	put(t, filepath.Join(root, "lib/wasm/wasm_exec.js"), "go")
	require.NoError(t, gather(goTool{root: root, module: module}, page))
	m, err := list(page)
	require.NoError(t, err)
	var got []string
	for path := range m.Files {
		got = append(got, path)
	}
	assert.ElementsMatch(t, []string{"index.html", "site/a.js", "report/index.html", "report/figures/a.svg", "wasm/wasm_exec.js"}, got)
	picture, _ := m.Fetched()
	assert.EqualValues(t, len("page")+len("script")+len("go"), picture, "who does not follow the link does not fetch the report")
}

func TestFolderWithOtherFilesStaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "letter.txt"), "dear")
	assert.ErrorContains(t, Page(t.Context(), dir, false, io.Discard), "not a page built before")
	assert.FileExists(t, filepath.Join(dir, "letter.txt"))
}

func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}
