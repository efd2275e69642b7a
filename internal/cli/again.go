package cli

import (
	"regexp"
	"slices"
	"strings"
)

// again is the command that was given, without some flags and with others, as a shell takes it.
func (e *env) again(without []string, with ...string) string {
	words := []string{"sparkling"}
	for i := 0; i < len(e.args); i++ {
		name, _, inOne := strings.Cut(e.args[i], "=")
		if slices.Contains(without, name) {
			if !inOne {
				i++ // its value
			}
			continue
		}
		words = append(words, quoted(e.args[i]))
	}
	for _, w := range with {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

var unquoted = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quoted is a word as a shell takes it for one.
func quoted(word string) string {
	if unquoted.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
