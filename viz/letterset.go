package viz

import (
	"unicode"

	"github.com/sparkling-lab/sparkling/viz/written"
)

// cell is a character in its place; lines are counted from 0.
type cell struct {
	char written.Char
	line int
	x, w float64
}

// set breaks characters into lines of a width, between words where that is possible; what does not fit into so many
// ends with three dots.
func set(to []cell, chars []written.Char, width float64, lines int, measure func(string) float64) []cell {
	begin, word, line, x := len(to), len(to), 0, 0.0 // the first cell of the line, and of the word
	for i, c := range chars {
		w := measure(c.Text)
		if c.Raw == ' ' && x < width {
			w = min(w, width-x) // no line begins with the space between two words
		}
		if x+w > width && len(to) > begin {
			if line+1 == lines {
				return dots(to, begin, width, measure)
			}
			if word == begin || c.Raw == ' ' {
				word = len(to) // the word is longer than a line, or has ended
			}
			line, x = line+1, 0
			for k := word; k < len(to); k++ {
				to[k].line, to[k].x = line, x
				x += to[k].w
			}
			begin = word
		}
		to = append(to, cell{c, line, x, w})
		x += w
		if c.Raw == ' ' || unbound(c.Raw) {
			word = len(to)
		}
		if c.Break() {
			if line+1 == lines && i < len(chars)-1 {
				return dots(to, begin, width, measure)
			}
			line, x, begin, word = line+1, 0, len(to), len(to)
		}
	}
	return to
}

// unbound reports whether a line may end after a character because its script has no spaces.
func unbound(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

// dots ends the last line, whose first cell is given, with three dots.
func dots(to []cell, begin int, width float64, measure func(string) float64) []cell {
	more := cell{char: written.Char{Text: "…", Raw: '…', At: -1}, w: measure("…")}
	n := len(to)
	for n > begin+1 && to[n-1].x+to[n-1].w+more.w > width {
		n--
	}
	more.line, more.x = to[n-1].line, to[n-1].x+to[n-1].w
	return append(to[:n], more)
}
