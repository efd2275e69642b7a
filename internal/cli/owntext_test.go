package cli

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

func TestRunLearnsATextOfOnesOwnAndWantsItAgainToGoOn(t *testing.T) {
	dir := t.TempDir()
	mine, out := filepath.Join(dir, "mine.txt"), filepath.Join(dir, "out")
	book := "\ufeff" + strings.Repeat("Жили-были дед да баба.\r\n", 300)
	require.NoError(t, os.WriteFile(mine, []byte(book), 0o644))
	code, text, err := run("run", "--text", mine, "--steps", "20", "--json", "--out", out, file(t, nil))
	require.Zero(t, code, err)
	assert.Contains(t, err, "mine.txt: 6900 characters: training reads the first 6555, and the last 345 are held out "+
		"for validation.\n")
	assert.Contains(t, err, "mine.txt: 12 different symbols.\n")
	var got struct{ Experiment experiment.Experiment }
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	assert.True(t, got.Experiment.Task.Own())
	assert.Equal(t, 12, got.Experiment.Vocab())
	assert.Contains(t, got.Experiment.About, "mine.txt")
	kept, oops := os.ReadFile(filepath.Join(out, "experiment.json"))
	require.NoError(t, oops)
	assert.NotContains(t, string(kept), "Жили", "the text itself stays where it was")

	opticks := filepath.Join(dir, "opticks")
	code, _, err = run("run", "--steps", "20", "--json", "--out", opticks, file(t, nil))
	require.Zero(t, code, err)
	require.NoError(t, os.Remove(filepath.Join(opticks, stateName)), "the record alone says what was run")

	// The program's memory of it is another's: a child has none.
	for want, args := range map[string][]string{
		"; use --text FILE":                           {"run", "--resume", out},
		"is another text than the experiment":         {"run", "--resume", out, "--text", other(t, dir, 2500)},
		"holds the run of another experiment":         {"run", "--resume", opticks, "--text", mine},
		"has 20 bytes; at least 2000 are needed":      {"run", "--text", other(t, dir, 20)},
		"--text is for experiments that learn a text": {"run", "facts", "--text", mine},
		"cannot be read":                              {"run", "--text", filepath.Join(dir, "none")},
	} {
		told, oops := program(t, args...).CombinedOutput()
		require.Error(t, oops, "%v", args)
		assert.Contains(t, string(told), want)
	}
	told, oops := program(t, "run", "--resume", out, "--text", mine, "--json").Output()
	require.NoError(t, oops)
	assert.JSONEq(t, text, string(told))
}

// other is a file with so many letters.
func other(t *testing.T, dir string, letters int) string {
	t.Helper()
	path := filepath.Join(dir, "other"+strings.Repeat("x", letters%7)+".txt")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("ab", letters/2)), 0o644))
	return path
}

// Where a document carries its text, no other file is asked for.
func TestADocumentThatSaysAnotherThingOfTheTextItCarriesIsToldSo(t *testing.T) {
	doc := file(t, func(e *experiment.Experiment) {
		spec, _, err := task.TakeText(e.Task, []byte(strings.Repeat("abc", 1000)), sha256.Sum256)
		require.NoError(t, err)
		spec.Symbols = 5
		*e = e.WithText(spec, "abc.txt")
	})
	code, _, err := run("run", doc)
	assert.NotZero(t, code)
	assert.Contains(t, err, "task.symbols is 5; the text has 3")
	assert.NotContains(t, err, "--text")
}

// A text just long enough on paper only, for its lines end in two bytes, is refused before it runs.
func TestATextIsMeasuredAsItIsLearnt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "windows.txt")
	require.NoError(t, os.WriteFile(path, []byte("\ufeff"+strings.Repeat("ab\r\n", 666)), 0o644))
	code, _, err := run("run", file(t, nil), "--text", path)
	assert.NotZero(t, code)
	assert.Contains(t, err, "the text has 1998 bytes; at least 2000 are needed")
}
