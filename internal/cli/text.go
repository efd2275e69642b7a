package cli

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// columns is how wide a table may be: as wide as a terminal is without being asked.
const columns = 80

// wrap breaks a text between words into lines of at most width columns; a longer word has a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case uniseg.StringWidth(line)+1+uniseg.StringWidth(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// indented writes v as JSON for machines that people may look at too.
func indented(w io.Writer, v any) error {
	j := json.NewEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(v)
}
