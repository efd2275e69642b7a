package task

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFactsAreWrittenAsTheTableHasThem(t *testing.T) {
	const letters, seq, rows = 6, 20, 3
	f := NewFacts(letters, 3, false)
	ids, labels := make([]int32, rows*seq), make([]int32, rows*seq)
	seen, begins := map[string]bool{}, map[int]bool{}
	for step := range 200 {
		f.Batch(1, step, seq, ids, labels)
		for row := 0; row < len(ids); row += seq {
			text := written(f, append(ids[row:row+seq:row+seq], labels[row+seq-1]))
			at := 0
			for text[at] != ' ' {
				at++
			}
			begins[at] = true
			for ; at+factLen <= len(text); at += factLen {
				require.Equal(t, byte(' '), text[at])
				a, b := int32(text[at+1]-'a'), int32(text[at+2]-'a')
				require.Equal(t, f.Symbol(f.table[a*letters+b]), text[at+3:at+4], text)
				seen[text[at+1:at+3]] = true
			}
		}
	}
	assert.Len(t, seen, letters*letters, "all facts come")
	assert.Len(t, begins, factLen, "rows begin anywhere in a fact")
}

func TestOnlyAnswersCountWhereThatIsAsked(t *testing.T) {
	all, only := NewFacts(6, 3, false), NewFacts(6, 3, true)
	ids, labels, same, answers := make([]int32, 64), make([]int32, 64), make([]int32, 64), make([]int32, 64)
	all.Batch(5, 6, 16, ids, labels)
	only.Batch(5, 6, 16, same, answers)
	assert.Equal(t, ids, same)
	for row := 0; row < 64; row += 16 {
		count := 0
		for i := row; i < row+16; i++ {
			if answers[i] != Ignored {
				assert.Equal(t, labels[i], answers[i])
				assert.NotZero(t, ids[i])
				count++
			}
		}
		assert.Equal(t, 4, count)
	}
}

func TestATableFollowsFromItsSeedAndIsOfAllLetters(t *testing.T) {
	assert.Equal(t, NewFacts(24, 9, false).table, NewFacts(24, 9, true).table)
	assert.NotEqual(t, NewFacts(24, 9, false).table, NewFacts(24, 10, false).table)
	for _, letters := range []int{MinLetters, 24, MaxLetters} {
		f := NewFacts(letters, 9, false)
		answers := map[string]bool{}
		for _, c := range f.table {
			answers[f.Symbol(c)] = true
		}
		assert.Len(t, answers, letters)
		assert.Len(t, f.Symbol(int32(letters)), 1)
	}
	// The same table in every version: what is in records and links must go on meaning it.
	assert.Equal(t, "cdcbdccdbaadbbdb", written(NewFacts(4, 1, false), NewFacts(4, 1, false).table))
}

func TestEveryFactIsAskedAloneOnce(t *testing.T) {
	f := NewFacts(7, 4, true)
	for _, set := range []Set{f.Live(64), f.Full(5)} {
		require.Equal(t, 49, set.Rows)
		asked := map[string]bool{}
		for row := range set.Rows {
			ids, labels := make([]int32, set.Seq), make([]int32, set.Seq)
			set.Fill(row, ids, labels)
			question := written(f, ids)
			require.Len(t, question, factLen)
			a, b := int32(question[1]-'a'), int32(question[2]-'a')
			assert.Equal(t, byte(' '), question[0])
			assert.Equal(t, []int32{Ignored, Ignored, f.table[a*7+b], Ignored}, labels)
			asked[question] = true
		}
		assert.Len(t, asked, 49)
	}
}

// reader is a reader who weighs exactly: what every row is that can come, and how likely.
type reader struct {
	f    *Facts
	seq  int
	next map[string][]float64 // after a prefix, how likely each next symbol is that counts; not normalised
}

// all visits every row of seq + 1 symbols with its probability.
func (r *reader) all(row []int32, role int, fact int32, p float64, visit func(row []int32, begin int, p float64),
	begin int) {
	if len(row) == r.seq+1 {
		visit(row, begin, p)
		return
	}
	row = append(row[:len(row):len(row)], r.f.at(fact, int32(role)))
	if role+1 < factLen {
		r.all(row, role+1, fact, p, visit, begin)
		return
	}
	if len(row) == r.seq+1 {
		visit(row, begin, p)
		return
	}
	n := int32(len(r.f.table))
	for next := range n {
		r.all(row, space, next, p/float64(n), visit, begin)
	}
}

func (r *reader) rows(visit func(row []int32, begin int, p float64)) {
	n := int32(len(r.f.table))
	for begin := range factLen {
		for fact := range n {
			r.all(nil, begin, fact, 1/float64(factLen)/float64(n), visit, begin)
		}
	}
}

func key(ids []int32) string {
	b := make([]byte, len(ids))
	for i, id := range ids {
		b[i] = byte(id)
	}
	return string(b)
}

// The floor is compared with the loss of a reader who has seen every row that there can be, with how often it comes.
func TestNoReaderGetsBelowTheFloor(t *testing.T) {
	for _, answers := range []bool{false, true} {
		for _, seq := range []int{4, 5, 6, 7} {
			for _, seed := range []uint64{1, 2} {
				f := NewFacts(4, seed, answers)
				r := &reader{f: f, seq: seq, next: map[string][]float64{}}
				counts := func(begin, i int) bool { return !answers || (begin+i)%factLen == answer }
				r.rows(func(row []int32, begin int, p float64) {
					for i := 1; i <= seq; i++ {
						if counts(begin, i) {
							k := key(row[:i])
							if r.next[k] == nil {
								r.next[k] = make([]float64, f.Vocab())
							}
							r.next[k][row[i]] += p
						}
					}
				})
				var loss, weight float64
				for _, next := range r.next {
					all := 0.0
					for _, p := range next {
						all += p
					}
					for _, p := range next {
						if p > 0 {
							loss -= p * math.Log(p/all)
						}
					}
					weight += all
				}
				assert.InDelta(t, loss/weight, f.Floor(seq), 1e-9, "%d symbols, only answers %v", seq, answers)
			}
		}
	}
}
