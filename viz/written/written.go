// Package written says what a picture of the texts that networks write shows, on screen, in print and in words: a text
// for every network that there is at a step, character by character. It draws nothing.
package written

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Text is what one network wrote.
type Text struct {
	Arms []int // whose network it is; several arms are one network until they part

	record.Writing        // the newest at the step that is shown; empty where there is none yet
	Lost           string // what is no longer finite, where the network has diverged
	LostAt         int    // and since which step
}

// At are the texts of all networks at a step, in the order of their first arms.
func At(r *record.Record, step int) []Text {
	var out []Text
	e, one := r.Experiment, -1 // the text of those arms that have not parted
	for i := range e.Arms {
		if shared(e, i) && step <= e.Fork() {
			if one >= 0 {
				out[one].Arms = append(out[one].Arms, i)
				continue
			}
			one = len(out)
		}
		t := Text{Arms: []int{i}}
		t.Writing, _ = r.WritingAt(i, step)
		if f, lost := r.Diverged(i, step); lost {
			t.Lost, t.LostAt = f.NotFinite, f.Step
		}
		out = append(out, t)
	}
	return out
}

// shared reports whether an arm begins as the network of others.
func shared(e experiment.Experiment, arm int) bool {
	return e.Waits(arm) || arm == e.Trunk() && e.Fork() < e.Steps
}

// Shared reports whether the network is that of several arms.
func (t *Text) Shared() bool { return len(t.Arms) > 1 }

// Prompt is what most of the texts go on with, and at which temperature; it is empty where nothing is written yet. It
// is that of the newest.
func Prompt(texts []Text) record.Prompt {
	newest := record.Writing{Step: -1}
	for i := range texts {
		if w := texts[i].Writing; w.Written != "" && w.Step > newest.Step {
			newest = w
		}
	}
	return newest.Prompt
}

// Char is one character of a text, with the marks that belong to it.
type Char struct {
	Text string  // as it is seen
	Raw  rune    // as it is
	At   int     // its number in what was written; negative in the prompt
	Sure float32 // the probability that the network gave it, at temperature 1; not of the prompt
}

// Break reports whether a line ends with the character.
func (c Char) Break() bool { return c.Raw == '\n' }

// Chars appends the prompt and what was written.
func (t *Text) Chars(to []Char) []Char {
	begin := t.Writing.Text
	at := -utf8.RuneCountInString(begin)
	for _, s := range [2]string{begin, t.Written} {
		for k, r := range s {
			c := Char{Text: Seen(s[k : k+utf8.RuneLen(r)]), Raw: r, At: at}
			if at >= 0 {
				c.Sure = t.Sure[at]
			}
			at++
			if n := len(to) - 1; n >= 0 && at > 1 && unicode.IsMark(r) && to[n].At >= 0 {
				to[n].Text += c.Text // of the letter before, whose probability is what is shown
				continue
			}
			to = append(to, c)
		}
	}
	return to
}

// others are characters that would not be seen, and what stands for them.
var others = map[string]string{"\n": "¶", "\t": "→", "\r": "←", "\u00a0": " ", "\u3000": "\u3000", "\ufffd": "□"}

// Seen is how a character is seen: those that would do something, or show nothing, have a sign.
func Seen(c string) string {
	if s, ok := others[c]; ok {
		return s
	}
	r, _ := utf8.DecodeRuneInString(c)
	if r != ' ' && !unicode.IsGraphic(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
		return "·"
	}
	return c
}

// Line is a text in one line, as it is seen.
func Line(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(Seen(string(r)))
	}
	return b.String()
}
