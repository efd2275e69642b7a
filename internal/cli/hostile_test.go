package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// hostile are names that do something where they are only copied.
var hostile = []string{"\x1b[2J\x1b]0;gone\x07red", "=HYPERLINK(\"http://x\")\r\n+1",
	"a\u202eb\u2066c</text><script>\x00", "@x\u009b31m\u2028y & <b>"}

// acting is the first character in a text that would act; line ends and tabs are those of the format.
func acting(text string) string {
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' ||
			r >= '\u2066' && r <= '\u2069' || r == '\u2028' {
			return string(r)
		}
	}
	return ""
}

func TestNamesDoNothingOnATerminalInAPictureOrInATable(t *testing.T) {
	e := experiment.Default().Rescale(20)
	e.Task.Batch, e.Task.Seq, e.Name = 1, 8, hostile[0]
	for i := range e.Arms {
		e.Arms[i].Name = hostile[i]
	}
	dir := t.TempDir()
	doc, out := filepath.Join(dir, "a\x1b[31m\nb.json"), filepath.Join(dir, "out\x1b\n")
	require.NoError(t, os.WriteFile(doc, e.JSON(), 0o644))
	code, table, says := run("run", doc, "--quiet", "--out", out)
	require.Zero(t, code, says)
	assert.Empty(t, acting(table))
	assert.Contains(t, table, `\u001b[2J`, "the names can still be read")
	code, text, says := run("run", doc, "--quiet", "--json")
	require.Zero(t, code, says)
	assert.Empty(t, acting(text))
	var result struct{ Arms []struct{ Name string } }
	require.NoError(t, json.Unmarshal([]byte(text), &result))
	for i, a := range result.Arms {
		assert.Equal(t, hostile[i], a.Name, "and JSON keeps them")
	}

	pictures, err := filepath.Glob(filepath.Join(dir, "out*", "*.svg"))
	require.NoError(t, err)
	require.NotEmpty(t, pictures)
	for _, path := range pictures {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Empty(t, acting(string(data)), path)
		assert.NotContains(t, string(data), "<script", path)
		d := xml.NewDecoder(bytes.NewReader(data))
		for err == nil {
			_, err = d.Token()
		}
		assert.True(t, errors.Is(err, io.EOF), "%s: %v", path, err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "out*", "*.csv"))
	require.NoError(t, err)
	require.NotEmpty(t, tables)
	for _, path := range tables {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		require.NoError(t, err)
		for _, row := range rows {
			for _, cell := range row {
				assert.Empty(t, acting(cell))
				assert.NotContains(t, cell, "\n")
				assert.False(t, cell != "" && strings.ContainsRune("=@+\t\r", rune(cell[0])),
					"%q would be a formula", cell)
			}
		}
	}
}

func TestMessagesThatNameFilesAndKeysAreOneLine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "\x1b[31mred\nsparkling: all is well\u202e.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version": 1, "a\u001b\u009b[2Jb": 2}`), 0o644))
	for _, args := range [][]string{
		{"run", path}, {"plan", path}, {"run", path + "-missing.json"}, {"figures", path},
		{"check", "--model", path, "--batch", path}, {"run", "--seed", "\x1b[31m"},
		{"run", "--axis", "\x1b\n"}, {"\x1b[2J"}, {"run", "no\x1bname"},
		{"widen", "--model", path, "--out", path, "--axis", "inner"},
		{"run", "--out", path, "--quiet", "--steps", "2"},
	} {
		code, out, says := run(args...)
		assert.Equal(t, codeBad, code, "%q", args)
		assert.Empty(t, out)
		assert.Empty(t, acting(says), "%q: %q", args, says)
		assert.Equal(t, 1, strings.Count(says, "\n"), "%q: %q", args, says)
	}
}
