package task

import (
	"regexp"
	"strings"
)

// Clean makes the learnable text out of a plain-text book: from the line that begins with start on, without underscores
// and [bracketed] notes, only letters, digits, space and a few marks, lower case, the lines of a paragraph joined and
// one newline between paragraphs.
func Clean(raw, start string) string {
	// Compiled here, so that programs that do not clean do not carry the package.
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
