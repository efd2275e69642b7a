// Package plain keeps what names, keys and the names of files bring along from doing anything but being read: on a
// terminal, in a picture, in a table that a spreadsheet opens. It knows characters and nothing of what a text says.
package plain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// acts reports whether a character does something instead of being seen: it controls a terminal, breaks a line, or
// turns the direction of what follows it.
func acts(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff', r == '\ufffe', r == '\uffff':
		// XML has none of the last two
		return true
	}
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Line is a text as one line in which nothing acts: such characters are spelt out, \u001b for an escape, as JSON spells
// them too. What is not UTF-8 becomes the sign for that.
func Line(s string) string { return spelt(s, "") }

// spelt is Line, but for characters that are kept.
func spelt(s, kept string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s,
		func(r rune) bool { return acts(r) && !strings.ContainsRune(kept, r) }) {
		return s
	}
	var b strings.Builder
	for _, r := range s { // what is not UTF-8 comes as U+FFFD
		if acts(r) && !strings.ContainsRune(kept, r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Cell is a text for a cell of a table that a spreadsheet may open: one line, and no formula, whatever it begins with.
func Cell(s string) string {
	s = Line(s)
	if begin := strings.TrimLeft(s, " "); begin != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(begin)[0]) {
		return "'" + s
	}
	return s
}

// Text is a writer of text in several lines in which nothing else acts.
func Text(to io.Writer) io.Writer {
	return writer{to, func(s string) string { return spelt(s, "\n\t") }}
}

// Messages is a writer each of whose writes is a message, of one line, in which nothing acts.
func Messages(to io.Writer) io.Writer {
	return writer{to, func(s string) string {
		message, ended := strings.CutSuffix(s, "\n")
		if message = Line(message); ended {
			message += "\n"
		}
		return message
	}}
}

type writer struct {
	to    io.Writer
	clean func(string) string
}

// Write implements io.Writer for whole characters.
func (w writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.to, w.clean(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
