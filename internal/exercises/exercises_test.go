package exercises

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// exercise is one of the page: the line of a file that is changed, the test that is run, and what it then says.
var exercise = regexp.MustCompile("(?s)## \\d+\\. ([^\n]+)\n.*?In " +
	"`([^`]+)`:\n\n```diff\n-([^\n]+)\n\\+([^\n]+)\n```\n\n    go test (\\S+) -run (Test\\w+)\n\n> ([^\n]+(?:\n> " +
	"[^\n]+)*)\n")

// Every exercise does what it says: with its line changed the named test fails, with the promised sentence; a … stands
// for anything.
func TestEveryExerciseBreaksWhatItSays(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/exercises.md"))
	require.NoError(t, err)
	all := exercise.FindAllStringSubmatch(string(page), -1)
	require.Len(t, all, strings.Count(string(page), "\n## "), "an exercise of the page has another form")
	for _, x := range all {
		title, file, old, changed, pkg, test := x[1], x[2], x[3], x[4], x[5], x[6]
		says := strings.ReplaceAll(x[7], "\n> ", " ")
		t.Run(title, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join(root, file))
			require.NoError(t, err)
			require.Equal(t, 1, strings.Count(string(source), "\n"+old+"\n"), "%s has this line once:\n%s", file, old)
			out, failed := tested(t, file, strings.Replace(string(source), "\n"+old+"\n", "\n"+changed+"\n", 1), pkg,
				test)
			assert.True(t, failed, "the test passes")
			assert.Contains(t, out, "--- FAIL: "+test, "it has to fail, not to be missing or not to compile")
			parts := strings.Split(says, "…")
			for i := range parts {
				parts[i] = regexp.QuoteMeta(parts[i])
			}
			assert.Regexp(t, strings.Join(parts, ".+"), out)
		})
	}
}

// tested runs one test of a package with another text in the place of a file. It reports what was said, and whether the
// test failed.
func tested(t *testing.T, file, text, pkg, test string) (out string, failed bool) {
	t.Helper()
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, filepath.Base(file)), filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(changed, []byte(text), 0o600))
	module, err := filepath.Abs(root)
	require.NoError(t, err)
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(module, file): changed}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, list, 0o600))
	cmd := exec.Command("go", "test", "-vet=off", "-overlay="+overlay, "-run", "^"+test+"$", pkg)
	cmd.Dir = module
	said, err := cmd.CombinedOutput()
	return string(said), err != nil
}
