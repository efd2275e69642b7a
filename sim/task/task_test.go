package task

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tasks are some of each kind.
func tasks(t *testing.T) map[string]Task {
	own, err := ParseText([]byte(strings.Repeat("Ein größerer Text, 日本語も。\r\n", 200)))
	require.NoError(t, err)
	return map[string]Task{
		"opticks": Opticks(), "own text": own,
		"facts": NewFacts(24, 1, false), "facts, answers only": NewFacts(5, 2, true),
		"languages": NewLanguages(3, 12, 1), "induction": NewInduction(12),
		"sums":                NewSums(Spec{Kind: KindSums, Modulus: 23, Validation: 0.2, Table: 1}),
		"sums, none held out": NewSums(Spec{Kind: KindSums, Modulus: 7}),
	}
}

// lengths are those that rows of a task may have.
func lengths(task Task) []int {
	if _, sums := task.(*Sums); sums {
		return []int{sumLen}
	}
	return []int{4, 16, 20}
}

func TestBatchesDependOnSeedAndStepOnly(t *testing.T) {
	const rows = 4
	for name, task := range tasks(t) {
		for _, seq := range lengths(task) {
			draw := func(seed uint64, step int) (ids, labels []int32) {
				ids, labels = make([]int32, rows*seq), make([]int32, rows*seq)
				task.Batch(seed, step, seq, ids, labels)
				return ids, labels
			}
			ids, labels := draw(7, 3)
			draw(8, 9)
			again, afterwards := draw(7, 3)
			assert.Equal(t, ids, again, name)
			assert.Equal(t, labels, afterwards, name)
			for _, other := range []struct {
				seed uint64
				step int
			}{{7, 4}, {8, 3}} {
				ids2, _ := draw(other.seed, other.step)
				assert.NotEqual(t, ids, ids2, name)
			}
			for at := 0; at < len(ids); at += seq {
				counted := 0
				for i, y := range labels[at : at+seq] {
					require.True(t, ids[at+i] >= 0 && int(ids[at+i]) < task.Vocab(), name)
					if y == Ignored {
						continue
					}
					counted++
					require.True(t, y >= 0 && int(y) < task.Vocab(), name)
					if i+1 < seq {
						assert.Equal(t, ids[at+i+1], y, "%s: a label is the next symbol", name)
					}
				}
				assert.Positive(t, counted, "%s: every row has a label that counts", name)
			}
		}
	}
}

func TestABatchAllocatesNothing(t *testing.T) {
	for name, task := range tasks(t) {
		ids, labels := make([]int32, 512), make([]int32, 512)
		seq := slices.Max(lengths(task))
		ids, labels = ids[:len(ids)/seq*seq], labels[:len(labels)/seq*seq]
		assert.Zero(t, testing.AllocsPerRun(10, func() { task.Batch(1, 2, seq, ids, labels) }), name)
	}
}

// Chance is compared with all guesses that do not look: none of them is better.
func TestNoGuessThatDoesNotLookIsBetterThanChance(t *testing.T) {
	for name, task := range tasks(t) {
		set := task.Full(16)
		loss, right, of := set.Chance()
		count, ids, labels := make([]int, task.Vocab()), make([]int32, set.Seq), make([]int32, set.Seq)
		perRow := -1
		for row := range set.Rows {
			n := 0
			set.Fill(row, ids, labels)
			for _, y := range labels {
				if y >= 0 {
					count[y]++
					n++
				}
			}
			require.True(t, perRow < 0 || n == perRow, "%s: in each row as many labels count", name)
			perRow = n
		}
		assert.Equal(t, set.Rows*perRow, of, name)
		assert.Equal(t, slices.Max(count), right, name)
		guess := func(p func(y int) float64) (sum float64) {
			for y, n := range count {
				if n > 0 {
					sum -= float64(n) * math.Log(p(y)) / float64(of)
				}
			}
			return sum
		}
		assert.InDelta(t, guess(func(y int) float64 { return float64(count[y]) / float64(of) }), loss, 1e-12, name)
		assert.Less(t, loss, guess(func(int) float64 { return 1 / float64(task.Vocab()) }), name)
		for _, more := range []float64{0.9, 1.1} { // of the first symbol that occurs; the others make room
			y0 := slices.IndexFunc(count, func(n int) bool { return n > 0 })
			p0 := float64(count[y0]) / float64(of)
			assert.Less(t, loss, guess(func(y int) float64 {
				if y == y0 {
					return p0 * more
				}
				return float64(count[y]) / float64(of) * (1 - p0*more) / (1 - p0)
			}), name)
		}
	}
}

func TestASpecIsRefusedInOneSentence(t *testing.T) {
	good := []Spec{
		{Kind: KindText, Text: TextOpticks, Seq: 64, Batch: 8}, {Text: TextOpticks, Seq: 2, Batch: 1},
		{Kind: KindFacts, Letters: 4, Seq: 4, Batch: 1},
		{Kind: KindFacts, Letters: 36, Table: 1<<64 - 1, Answers: true, Seq: 4096, Batch: 4096},
		{Kind: KindLanguages, Languages: 2, Letters: 4, Seq: 2, Batch: 1},
		{Kind: KindLanguages, Languages: 16, Letters: 36, Table: 9, Seq: 4096, Batch: 8},
		{Kind: KindSums, Modulus: 5, Seq: 3, Batch: 1},
		{Kind: KindSums, Modulus: 59, Validation: 0.9, Table: 9, Seq: 3, Batch: 8},
		{Kind: KindInduction, Letters: 4, Seq: 4, Batch: 1}, {Kind: KindInduction, Letters: 36, Seq: 72, Batch: 8},
	}
	for _, s := range good {
		s = s.Named()
		require.NoError(t, s.Validate(), "%+v", s)
		task, err := New(s)
		require.NoError(t, err)
		assert.Equal(t, task.Vocab(), s.Vocab(), "%+v", s)
	}
	own := "sha256:" + strings.Repeat("0a", 32)
	require.NoError(t, Spec{Kind: KindText, Text: own, Symbols: 2, Seq: 64, Batch: 8}.Validate())
	for want, s := range map[string]Spec{
		"task.symbols is 1; allowed are 2 to 512":   {Kind: KindText, Text: own, Symbols: 1, Seq: 64, Batch: 8},
		"task.symbols is 513; allowed are 2 to 512": {Kind: KindText, Text: own, Symbols: 513, Seq: 64, Batch: 8},
		"task has symbols, a length or content; those of opticks": {Kind: KindText, Text: TextOpticks, Symbols: 47,
			Seq: 64, Batch: 8},
		"with the 64 hexadecimal digits": {Kind: KindText, Text: own[:70], Symbols: 9, Seq: 64, Batch: 8},
		`task.text is "sha256:0A`: {Kind: KindText, Text: "sha256:0A" + own[9:], Symbols: 9,
			Seq: 64, Batch: 8},
		`task.kind is ""; allowed are facts, languages, sums, induction, text and tokens`: {Seq: 64, Batch: 8},
		`task.kind is "proofs"; allowed are facts, languages, sums, induction, text and tokens`: {Kind: "proofs",
			Text: TextOpticks, Seq: 64, Batch: 8},
		`task.text is "hamlet"; allowed are opticks`: {Kind: KindText, Text: "hamlet",
			Seq: 64, Batch: 8},
		`task.letters is there; it is for facts, languages and induction, and this is text`: {Kind: KindText,
			Text: TextOpticks, Letters: 24, Seq: 64, Batch: 8},
		`task.text is there; it is for text, and this is facts`: {Kind: KindFacts,
			Text: TextOpticks, Letters: 24, Seq: 64, Batch: 8},
		`task.table is there; it is for facts, languages and sums, and this is induction`: {Kind: KindInduction,
			Letters: 24, Table: 1, Seq: 32, Batch: 8},
		`task.answers is there; it is for facts, and this is sums`: {Kind: KindSums, Modulus: 23, Answers: true,
			Seq: 3, Batch: 8},
		`task.languages is 17; allowed are 2 to 16`: {Kind: KindLanguages, Languages: 17, Letters: 9, Seq: 32,
			Batch: 8},
		`task.letters is 0; allowed are 4 to 36`:      {Kind: KindLanguages, Languages: 8, Seq: 32, Batch: 8},
		`task.modulus is 60; allowed are 5 to 59`:     {Kind: KindSums, Modulus: 60, Seq: 3, Batch: 8},
		`task.seq is 4; a row is a sum, of 3 symbols`: {Kind: KindSums, Modulus: 23, Seq: 4, Batch: 8},
		`task.validation is 0.91; allowed are 0 to 0.9`: {Kind: KindSums, Modulus: 23, Validation: 0.91,
			Seq: 3, Batch: 8},
		`task.validation is NaN; allowed`: {Kind: KindSums, Modulus: 23, Validation: math.NaN(),
			Seq: 3, Batch: 8},
		`task.seq is 26; with 12 letters, none twice in half a row, allowed are even numbers from 4 to 24`: {
			Kind: KindInduction, Letters: 12, Seq: 26, Batch: 8},
		`task.seq is 7; with 12 letters`:                        {Kind: KindInduction, Letters: 12, Seq: 7, Batch: 8},
		`task.letters is 3; allowed are 4 to 36`:                {Kind: KindFacts, Letters: 3, Seq: 64, Batch: 8},
		`task.letters is 37; allowed are 4 to 36`:               {Kind: KindFacts, Letters: 37, Seq: 64, Batch: 8},
		`task.seq is 18; allowed are multiples of 4 up to 4096`: {Kind: KindFacts, Letters: 24, Seq: 18, Batch: 8},
		`task.seq is 1; allowed are 2 to 4096`: {Kind: KindText, Text: TextOpticks,
			Seq: 1, Batch: 8},
		`task.batch is 0; allowed are 1 to 4096`: {Kind: KindFacts, Letters: 24, Seq: 64},
	} {
		err := s.Named().Validate()
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
		assert.Len(t, strings.Split(fmt.Sprint(err), ". "), 1)
	}
}
