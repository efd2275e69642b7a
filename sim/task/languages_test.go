package task

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryLanguageHasRulesOfItsOwnAndIsToldByTheFirstSymbol(t *testing.T) {
	const languages, letters, seq, rows = 3, 6, 16, 64
	g := NewLanguages(languages, letters, 5)
	ids, labels := make([]int32, rows*seq), make([]int32, rows*seq)
	count := map[[3]int32]float64{} // language, letter, the one that follows
	for step := range 100 {
		g.Batch(1, step, seq, ids, labels)
		for row := 0; row < len(ids); row += seq {
			language := ids[row] - letters
			require.True(t, language >= 0 && language < languages)
			assert.Equal(t, "ABC"[language:language+1], g.Symbol(ids[row]))
			require.EqualValues(t, Ignored, labels[row], "the first letter cannot be foreseen")
			for i := row + 1; i < row+seq; i++ {
				require.Less(t, ids[i], int32(letters))
				count[[3]int32{language, ids[i], labels[i]}]++
				require.EqualValues(t, language, g.Class(ids[row:row+seq], i-row))
			}
		}
	}
	const each = 100.0 * rows * (seq - 1) / languages / letters
	for language := range int32(languages) {
		for letter := range int32(letters) {
			follow := g.follow[(language*letters+letter)*followers:][:followers]
			all, likely := 0.0, count[[3]int32{language, letter, follow[0]}]
			for next := range int32(letters) {
				n := count[[3]int32{language, letter, next}]
				assert.True(t, n == 0 || next == follow[0] || next == follow[1])
				all += n
			}
			assert.InDelta(t, each, all, each/5, "all letters are as frequent")
			if follow[0] != follow[1] {
				assert.InDelta(t, 0.75, likely/all, 0.05)
			}
		}
	}
	assert.NotEqual(t, g.follow[:letters*followers], g.follow[letters*followers:2*letters*followers])
	assert.Equal(t, g, NewLanguages(languages, letters, 5))
	assert.NotEqual(t, g, NewLanguages(languages, letters, 6))
}

func TestTheRulesOfLanguagesAreTheSameInEveryVersion(t *testing.T) {
	assert.Equal(t, "abdaccbdccadbadb", written(NewLanguages(2, 4, 1), NewLanguages(2, 4, 1).follow),
		"what is in records and links must go on meaning them")
}

// The floor is compared with the loss of a reader who has seen every row that there can be, with how often it comes.
func TestNoReaderOfLanguagesGetsBelowTheFloor(t *testing.T) {
	const languages, letters = 2, 5
	for _, seed := range []uint64{1, 2, 3} {
		g := NewLanguages(languages, letters, seed)
		for _, seq := range []int{2, 4, 6} {
			next, all := map[string][]float64{}, 0.0
			var visit func(language int32, row []int32, p float64)
			visit = func(language int32, row []int32, p float64) {
				last := row[len(row)-1]
				follow := g.follow[(language*letters+last)*followers:]
				for k, q := range []float64{0.75, 0.25} {
					if key := key(row); next[key] == nil {
						next[key] = make([]float64, letters)
					}
					next[key(row)][follow[k]] += p * q
					all += p * q
					if len(row) < seq {
						visit(language, append(row[:len(row):len(row)], follow[k]), p*q)
					}
				}
			}
			for language := range int32(languages) {
				for letter := range int32(letters) {
					visit(language, []int32{letters + language, letter}, 1.0/languages/letters)
				}
			}
			loss := 0.0
			for _, list := range next {
				of := 0.0
				for _, p := range list {
					of += p
				}
				for _, p := range list {
					if p > 0 {
						loss -= p * math.Log(p/of)
					}
				}
			}
			assert.InDelta(t, loss/all, g.Floor(seq), 1e-9, "seed %d, %d symbols", seed, seq)
		}
	}
}

func TestValidationRowsOfLanguagesAreOfAllLanguagesAlike(t *testing.T) {
	g := NewLanguages(8, 26, 1)
	for _, set := range []Set{g.Live(32), g.Full(32)} {
		count := map[int32]int{}
		for row := range set.Rows {
			ids, labels := make([]int32, 32), make([]int32, 32)
			set.Fill(row, ids, labels)
			count[ids[0]]++
		}
		assert.Len(t, count, 8)
		for _, n := range count {
			assert.Equal(t, set.Rows/8, n)
		}
	}
	assert.Equal(t, []int{LiveRows, FullRows}, []int{g.Live(32).Rows, g.Full(32).Rows})
}
