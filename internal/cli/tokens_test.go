package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens"
)

// What the verb makes is there with a document that learns it, and nothing that is there is overwritten.
func TestTokensMakesFilesAndADocumentThatLearnsThem(t *testing.T) {
	dir := t.TempDir()
	text, more := filepath.Join(dir, "one.txt"), filepath.Join(dir, "two.txt")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("The rays of light differ.\r\n", 300)), 0o644))
	require.NoError(t, os.WriteFile(more, []byte(strings.Repeat("größer\n", 300)), 0o644))
	for _, args := range [][]string{
		{"--format", "llm.c"}, {"--format", "nanogpt", "--shard", "8192", "--validation", "0.2"},
		{"--tokenizer", "../../sim/tokens/tokenizer/testdata/tokenizer.json"},
	} {
		out := filepath.Join(t.TempDir(), "made")
		all := append([]string{"tokens", "--text", text, more, "--out", out}, args...)
		code, said, err := run(all...)
		require.Zero(t, code, err)
		assert.Contains(t, said, "made: ")
		assert.Contains(t, said, "sparkling train "+filepath.Join(out, "train.json"))
		data, oops := os.ReadFile(filepath.Join(out, "train.json"))
		require.NoError(t, oops)
		doc, oops := experiment.Parse(data)
		require.NoError(t, oops)
		e := doc.Experiment()
		assert.Equal(t, task.KindTokens, e.Task.Kind)
		require.Len(t, e.Arms, 1)
		assert.Equal(t, "SPARKLING", e.Arms[0].Name)
		d, oops := tokens.Open(t.Context(), out, e.Task, nil)
		require.NoError(t, oops)
		assert.Equal(t, e.Vocab(), d.Vocab())
		require.NoError(t, d.Close())

		code, _, err = run(all...)
		assert.Equal(t, codeBad, code)
		assert.Contains(t, err, "nothing is overwritten")
		code, _, err = run("run", filepath.Join(out, "train.json"))
		assert.NotZero(t, code)
		assert.Contains(t, err, "run learns no token files")
	}
	for want, args := range map[string][]string{
		`--format is "zip"; allowed are llm.c, nanogpt`: {"--text", text, "--out", filepath.Join(dir, "x"),
			"--format", "zip"},
		"missing flags: --text":          {"--out", filepath.Join(dir, "x")},
		"it is empty; allowed is a path": {"--text", "", "--out", filepath.Join(dir, "x")},
	} {
		code, _, err := run(append([]string{"tokens"}, args...)...)
		assert.Equal(t, codeBad, code)
		assert.Contains(t, err, want)
	}
}
