package written

import "unicode"

// Cell is a character in its place: lines are counted from 0, X and W are in the unit in which it was measured.
type Cell struct {
	Char
	Line int
	X, W float64
}

// Lines appends characters that are broken into lines of a width, between words where that is possible; what does not
// fit into so many ends with three dots.
func Lines(to []Cell, chars []Char, width float64, lines int, measure func(string) float64) []Cell {
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
				to[k].Line, to[k].X = line, x
				x += to[k].W
			}
			begin = word
		}
		to = append(to, Cell{c, line, x, w})
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
func dots(to []Cell, begin int, width float64, measure func(string) float64) []Cell {
	more := Cell{Char: Char{Text: "…", Raw: '…', At: -1}, W: measure("…")}
	n := len(to)
	for n > begin+1 && to[n-1].X+to[n-1].W+more.W > width {
		n--
	}
	more.Line, more.X = to[n-1].Line, to[n-1].X+to[n-1].W
	return append(to[:n], more)
}
