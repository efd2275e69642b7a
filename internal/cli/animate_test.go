package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kettek/apng"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Of a run that counts facts, what moves and its end are drawn, for light pages and for dark ones, and in words.
func TestAnimateDrawsWhatMovesOfARecord(t *testing.T) {
	dir, out := filepath.Join(t.TempDir(), "run"), t.TempDir()
	code, _, err := run("run", "--quiet", "--out", dir, smallFacts(t))
	require.Zero(t, code, err)
	path := filepath.Join(dir, recordName)
	for theme, names := range map[string][]string{"light": {"facts.png", "facts-still.png", "lock.png",
		"lock-still.png"}, "dark": {"facts-dark.png", "facts-dark-still.png", "lock-dark.png", "lock-dark-still.png"}} {
		code, says, err := run("animate", path, "--out", out, "--theme", theme)
		require.Zero(t, code, err)
		assert.Contains(t, says, names[0]+": Tables of ")
		for i, name := range names {
			f, err := os.Open(filepath.Join(out, name))
			require.NoError(t, err)
			defer f.Close()
			a, err := apng.DecodeAll(f)
			require.NoError(t, err, name)
			assert.Equal(t, i%2 == 0, len(a.Frames) > 1, "%s moves", name)
		}
	}

	code, _, err = run("animate", path, "--out", out, "--theme", "pink")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "light")
	still := filepath.Join(t.TempDir(), "still")
	small := file(t, func(e *experiment.Experiment) { e.Arms = e.Arms[:1] })
	code, _, err = run("run", "--quiet", "--out", still, small)
	require.Zero(t, code, err)
	code, _, err = run("animate", filepath.Join(still, recordName), "--out", out)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "nothing in this record moves")
}
