package written

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func says(arm, step int, prompt, text string) record.Writing {
	n := utf8.RuneCountInString(text)
	return record.Writing{Arm: arm, Step: step, Prompt: record.Prompt{Text: prompt, Temperature: 1, Count: n},
		Written: text, Sure: make([]float32, n)}
}

func TestArmsAreOneNetworkUntilTheyPart(t *testing.T) {
	r := record.New(trial.Valid(trial.Short(100)))
	r.AddWriting(says(0, 20, "a", "shared"))
	before := At(r, 50)
	require.Len(t, before, 1)
	assert.True(t, before[0].Shared())
	assert.Equal(t, []int{0, 1, 2, 3}, before[0].Arms)
	assert.Equal(t, "shared", before[0].Written)
	r.AddWriting(says(2, 60, "a", "own"))
	after := At(r, 70)
	require.Len(t, after, 4)
	assert.Equal(t, []string{"shared", "shared", "own", "shared"},
		[]string{after[0].Written, after[1].Written, after[2].Written, after[3].Written})
	assert.Equal(t, record.Prompt{Text: "a", Temperature: 1, Count: 3}, Prompt(after), "of the newest")
	assert.Zero(t, Prompt(At(r, 10)))
}

func TestCharactersThatWouldNotBeSeenHaveASign(t *testing.T) {
	w := Text{Writing: says(0, 0, "x\n", "a\tb\x00\u2028\ufffd c\u00a0e\u0301")}
	w.Sure[len(w.Sure)-2] = 0.5
	var seen []string
	chars := w.Chars(nil)
	for _, c := range chars {
		seen = append(seen, c.Text)
	}
	assert.Equal(t, []string{"x", "¶", "a", "→", "b", "·", "·", "□", " ", "c", " ", "e\u0301"}, seen)
	assert.Equal(t, []int{-2, -1, 0}, []int{chars[0].At, chars[1].At, chars[2].At})
	last := chars[len(chars)-1]
	assert.Equal(t, Char{Text: "e\u0301", Raw: 'e', At: 9, Sure: 0.5}, last, "a mark goes with its letter")
	assert.True(t, chars[1].Break())
	assert.Equal(t, "a¶b", Line("a\nb"))
}

func monospaced(s string) float64 { return 10 * float64(utf8.RuneCountInString(s)) }

// lines are what is shown of a text, a line each.
func lines(cells []Cell) (out []string) {
	for _, c := range cells {
		for len(out) <= c.Line {
			out = append(out, "")
		}
		out[c.Line] += c.Text
	}
	return out
}

func TestTextIsBrokenBetweenWordsAndNothingOfItIsLost(t *testing.T) {
	for text, want := range map[string][]string{
		"of the sun is":          {"of the ", "sun is"},
		"of\nthe sun":            {"of¶", "the sun"},
		"refrangibility of rays": {"refrangi", "bility ", "of rays"},
		"a refrangibility":       {"a ", "refrangi", "bility"},
		"光影光影光影光影光影":             {"光影光影光影光影", "光影"},
		"aaaaaaaa bbbbbbbb":      {"aaaaaaaa", " ", "bbbbbbbb"},
		"          x":            {"        ", "  x"},
	} {
		w := Text{Writing: record.Writing{Prompt: record.Prompt{}, Written: text,
			Sure: make([]float32, utf8.RuneCountInString(text))}}
		cells := Lines(nil, w.Chars(nil), 80, 100, monospaced)
		assert.Equal(t, want, lines(cells), text)
		for _, c := range cells {
			assert.LessOrEqual(t, c.X+c.W, 80.0, text)
		}
	}
}

func TestTextThatDoesNotFitEndsWithThreeDots(t *testing.T) {
	w := Text{Writing: record.Writing{Written: "of the sun is it\nso", Sure: make([]float32, 19)}}
	chars := w.Chars(nil)
	assert.Equal(t, []string{"of the …"}, lines(Lines(nil, chars, 80, 1, monospaced)))
	assert.Equal(t, []string{"of the ", "sun is …"}, lines(Lines(nil, chars, 80, 2, monospaced)))
	assert.Equal(t, []string{"of the ", "sun is ", "it¶…"}, lines(Lines(nil, chars, 80, 3, monospaced)))
	assert.Len(t, lines(Lines(nil, chars, 80, 4, monospaced)), 4)
	assert.Equal(t, []string{"o…"}, lines(Lines(nil, chars, 5, 1, monospaced)), "at least a character")
}
