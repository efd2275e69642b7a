//go:build !js

package task

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTextIsCleanedFromTheGoDistribution(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src/testdata/Isaac.Newton-Opticks.txt"))
	require.NoError(t, err)
	require.True(t, clean(string(raw), "Advertisement I") == opticks, "opticks.txt is not what clean makes")
}

// clean makes the learnable text out of a plain-text book: from the line that begins with start on, without underscores
// and [bracketed] notes, only letters, digits, space and a few marks, lower case, the lines of a paragraph joined and
// one newline between paragraphs.
func clean(raw, start string) string {
	notes := regexp.MustCompile(`\[[^\]]*\]`)
	others := regexp.MustCompile(`[^a-z0-9 \n,.;:?!'()-]`)
	spaces := regexp.MustCompile(` +`)
	blanks := regexp.MustCompile(`\n\s*\n`)
	if i := strings.Index(raw, start); i >= 0 {
		raw = raw[i:]
	}
	raw = strings.NewReplacer("\r", "", "_", "").Replace(raw)
	raw = others.ReplaceAllString(strings.ToLower(notes.ReplaceAllString(raw, " ")), " ")
	var paragraphs []string
	for _, p := range blanks.Split(spaces.ReplaceAllString(raw, " "), -1) {
		if strings.TrimSpace(p) != "" {
			paragraphs = append(paragraphs, strings.ReplaceAll(p, "\n", " "))
		}
	}
	return strings.Join(paragraphs, "\n")
}
