package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Every checkpoint has a copy of the tokenizer, so a wrong one would be believed long after.
func TestALongRunTakesNoTokenizerOfOtherTokens(t *testing.T) {
	document := pretraining(t, func(e *experiment.Experiment) { e.Task.Tokenizer = "tok.json" })
	vocab := func(n int, first string) string {
		entries := []string{fmt.Sprintf("%q: 0", first)}
		for i := 1; i < n; i++ {
			entries = append(entries, fmt.Sprintf("\"t%d\": %d", i, i))
		}
		return `{"model": {"type": "Wild", "vocab": {` + strings.Join(entries, ", ") + "}}}"
	}
	put := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(document), "tok.json"), []byte(text), 0o644))
	}
	dir := filepath.Join(t.TempDir(), "out")
	refused := func(want string) {
		t.Helper()
		code, _, said := run("train", document, "--out", dir, "--quiet", "--resume")
		assert.Equal(t, codeBad, code)
		assert.Contains(t, said, want)
		assert.Equal(t, 1, strings.Count(said, "\n"), said)
	}
	refused("the tokenizer tok.json cannot be used: ")
	put("<html>")
	refused("the tokenizer tok.json cannot be used: it is no tokenizer.json")
	put(vocab(28, "a"))
	refused("the tokenizer tok.json cannot be used: it has 28 tokens, and task.symbols is 29")
	assert.NoDirExists(t, filepath.Join(dir, checkpointsName))
	put(vocab(29, "a"))
	code, _, said := run("train", document, "--out", dir, "--quiet", "--steps", "4")
	require.Zero(t, code, said)
	put(vocab(29, "b"))
	code, _, said = run("train", document, "--out", dir, "--quiet", "--steps", "4", "--resume")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, said, "was trained on other data")
}
