package task

import (
	"fmt"
	"strconv"
	"unicode"
)

// Summary is what is told of a reader's own text before it is learnt.
type Summary struct {
	Task    Spec     `json:"task"`    // that learns it
	Said    []string `json:"said"`    // length and split, and alphabet, in sentences
	Symbols []string `json:"symbols"` // those that have a number of their own, in its order, as they can be seen
}

// Summarized is what is to be told of a text that was taken as s.
func Summarized(s Spec, t *Text) Summary {
	all, train := t.Len()
	said := []string{
		fmt.Sprintf("%s characters: training reads the first %s, and the last %s are held out for validation.",
			thousands(all), thousands(train), thousands(all-train)),
		thousands(t.Vocab()) + " different symbols.",
	}
	own := t.symbols
	if t.rare != nil {
		own = own[:MaxSymbols-1]
		said[1] = fmt.Sprintf("%s different symbols, of which the %d most frequent have a number of their own; the "+
			"others, %s of the text, share one.", thousands(len(own)+len(t.rare)), len(own), percent(t.Shared()))
	}
	symbols := make([]string, len(own))
	for i, r := range own {
		symbols[i] = shown(r)
	}
	return Summary{s, said, symbols}
}

// shown is a symbol as it can be seen, wherever it is shown: what has no shape, or would change the direction of what
// stands beside it, by its name or number, and what stands on another on a circle.
func shown(r rune) string {
	switch {
	case r == ' ':
		return "space"
	case r == '\n':
		return "newline"
	case r == '\t':
		return "tab"
	case unicode.IsMark(r):
		return "◌" + string(r)
	case !unicode.IsPrint(r):
		return fmt.Sprintf("%U", r)
	}
	return string(r)
}

// Shared is the share of a text's characters that have no symbol of their own, because it has more than [MaxSymbols]
// less one.
func (t *Text) Shared() float64 { return float64(t.shared) / float64(len(t.ids)) }

// thousands is a number in digits, by threes where there are more than four.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) < 5 {
		return s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// percent is a share that is above zero, which it also is when it is read.
func percent(share float64) string {
	if share < 0.0001 {
		return "less than 0.01 %"
	}
	return fmt.Sprintf("%.2f %%", 100*share)
}
