package policy

import (
	"bytes"
	"encoding/json"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxColumns is how wide a line may be; a tab takes tabColumns.
const (
	maxColumns = 120
	tabColumns = 4
)

// written are the endings of what people write, and the names of files that have none.
var written = []string{".go", ".s", ".h", ".js", ".mjs", ".css", ".html", ".md", ".py", ".sh", ".yml", ".conf",
	"Makefile", "run"}

// structTag is the tag at the end of a field, which has to be one literal on one line.
var structTag = regexp.MustCompile("`[a-z]+:\".*\"`$")

func TestLinesFitTheWidth(t *testing.T) {
	ours := produced(t)
	seen := 0
	files(t, func(name string, data []byte) {
		if !slices.Contains(written, path.Ext(name)) && !slices.Contains(written, path.Base(name)) || ours[name] {
			return
		}
		seen++
		for i, line := range bytes.Split(data, []byte("\n")) {
			text := string(line)
			if strings.HasSuffix(name, ".go") {
				text = structTag.ReplaceAllString(text, "")
			}
			if columns(text) > maxColumns && !unbreakable(name, text) {
				assert.Fail(t, "a line is wider than 120 columns", "%s:%d has %d", name, i+1, columns(text))
			}
		}
	})
	assert.Greater(t, seen, 300)
}

func columns(line string) int {
	return utf8.RuneCountInString(line) + (tabColumns-1)*strings.Count(line, "\t")
}

// unbreakable reports whether a line has no place to be broken: a row of a table in Markdown, or a word that is too
// long beside its indentation, as an address or data is.
func unbreakable(name, line string) bool {
	if strings.HasSuffix(name, ".md") && strings.HasPrefix(line, "|") {
		return true
	}
	indent := columns(line) - columns(strings.TrimLeft(line, "\t "))
	return slices.ContainsFunc(strings.Fields(line),
		func(word string) bool { return indent+columns(word) > maxColumns })
}

// produced are the files that the program itself wrote, as the lists beside them say.
func produced(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	files(t, func(name string, data []byte) {
		if filepath.Base(name) == ".sparkling-files.json" {
			var list struct {
				Files map[string]json.RawMessage `json:"files"`
			}
			require.NoError(t, json.Unmarshal(data, &list), name)
			for file := range list.Files {
				all[path.Join(path.Dir(name), file)] = true
			}
		}
	})
	require.NotEmpty(t, all)
	return all
}
