package built

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A page takes slides along that are those of its sources, and no others.
func TestSlidesOfOtherSourcesAreLeftOut(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	put("site/slides/01-a.md", "# A")
	folders, err := Folders(root)
	require.NoError(t, err)
	assert.Empty(t, folders, "none were built")

	sum, err := Hash(root)
	require.NoError(t, err)
	put(Dir+"/slides/index.html", "x")
	require.NoError(t, Write(filepath.Join(root, Dir), sum))
	folders, err = Folders(root)
	require.NoError(t, err)
	assert.Equal(t, []string{"slides"}, folders)

	for _, none := range []string{"internal/deck/node_modules/reveal.js/x.js", "internal/deck/x_test.go", "docs/a.md"} {
		put(none, "x")
		again, err := Hash(root)
		require.NoError(t, err)
		assert.Equal(t, sum, again, "%s is no source", none)
	}
	for _, source := range []string{"site/slides/01-a.md", "site/slides/stills/a.png", "internal/deck/site/slides.css",
		"viz/figure/curves.go", "site/report/runs.csv"} {
		put(source, "another")
		_, err = Folders(root)
		assert.ErrorIs(t, err, ErrStale, source)
		sum, err = Hash(root)
		require.NoError(t, err)
		require.NoError(t, Write(filepath.Join(root, Dir), sum))
	}
	put(Dir+"/built.json", "{")
	_, err = Folders(root)
	assert.ErrorIs(t, err, ErrStale, "a damaged note says nothing")
}
