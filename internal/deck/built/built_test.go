package built

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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

// A number of a slide is another as soon as what computes it is: every package of the project that makes slides is
// among their sources, but for those that read, write, find and hand out files, and say nothing of what is in them.
func TestAllThatMakesSlidesIsAmongTheirSources(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "../cmd")
	list.Stderr = os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	found := 0
	for path := range strings.Lines(string(out)) {
		folder, ours := strings.CutPrefix(strings.TrimSpace(path), "github.com/sparkling-lab/sparkling/")
		if !ours || slices.Contains([]string{"internal/durable", "internal/input", "internal/serve", "internal/tools"},
			folder) {
			continue
		}
		found++
		assert.True(t, slices.ContainsFunc(sources, func(s string) bool {
			return folder == s || strings.HasPrefix(folder, s+"/")
		}), "%s is no source of slides", folder)
	}
	assert.Greater(t, found, len(sources)/2)
}
