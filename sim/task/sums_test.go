package task

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBatchesHaveAllSumsButThoseThatAreHeldOut(t *testing.T) {
	s := Spec{Kind: KindSums, Modulus: 11, Validation: 0.25, Table: 3}
	sums, held := NewSums(s), s.Split()
	ids, labels := make([]int32, 30), make([]int32, 30)
	seen := map[int]bool{}
	for step := range 200 {
		sums.Batch(1, step, sumLen, ids, labels)
		for at := 0; at < len(ids); at += sumLen {
			a, b := ids[at], ids[at+1]
			require.Equal(t, "=", sums.Symbol(ids[at+2]))
			require.Equal(t, []int32{Ignored, Ignored, (a + b) % 11}, labels[at:at+sumLen])
			require.False(t, held[a*11+b], "%d + %d", a, b)
			require.Zero(t, sums.Class(ids[at:at+sumLen], sumLen-1))
			seen[int(a*11+b)] = true
		}
	}
	out := 0
	for pair, held := range held {
		assert.Equal(t, !held, seen[pair])
		if held {
			out++
		}
	}
	assert.Equal(t, 121, len(seen)+out)
}

func TestAPairIsHeldOutInBothOrders(t *testing.T) {
	for _, fraction := range []float64{0.1, 0.5, 0.9} {
		s := Spec{Kind: KindSums, Modulus: 23, Validation: fraction, Table: 9}
		held, n := s.Split(), 0
		for pair, out := range held {
			assert.Equal(t, out, held[pair%23*23+pair/23])
			if out {
				n++
			}
		}
		assert.InDelta(t, fraction, float64(n)/529, 0.02)
		other := s
		other.Table++
		assert.NotEqual(t, held, other.Split())
		assert.Equal(t, held, s.Split())
	}
	assert.Nil(t, Spec{Kind: KindSums, Modulus: 23}.Split())
}

func TestWhoHoldsOutSumsHoldsOutOneAtLeastHoweverSmallTheShare(t *testing.T) {
	for _, modulus := range []int{MinModulus, MinModulus + 1, 11, MaxModulus} {
		for _, fraction := range []float64{1e-300, 0.001, 0.01, 0.05, 0.07, 0.5, MaxValidation} {
			s := Spec{Kind: KindSums, Modulus: modulus, Validation: fraction, Seq: sumLen, Batch: 1}
			sums, n := NewSums(s), 0
			for _, out := range s.Split() {
				if out {
					n++
				}
			}
			require.Positive(t, n, "%d, %g", modulus, fraction)
			require.NotEmpty(t, sums.shown, "%d, %g", modulus, fraction)
			require.Equal(t, n, sums.Full(sumLen).Rows)
			ids, labels := make([]int32, sumLen), make([]int32, sumLen)
			sums.Sample(sumLen, ids, labels)
			require.Equal(t, 1, sums.Class(ids, sumLen-1))
			require.NotContains(t, s.Words().Said, "None is held out")
			require.Len(t, s.Classes(), 2)
		}
	}
}

func TestTheSameSumsAreHeldOutInEveryVersion(t *testing.T) {
	var s strings.Builder
	for _, out := range (Spec{Kind: KindSums, Modulus: 5, Validation: 0.4, Table: 1}).Split() {
		s.WriteString(map[bool]string{true: "x", false: "."}[out])
	}
	assert.Equal(t, "x...x....x........xxxx.xx", s.String(), "what is in records and links must go on meaning them")
}

func TestEverySumIsAskedOnceAndTheValidationSetIsOfThoseHeldOut(t *testing.T) {
	s := Spec{Kind: KindSums, Modulus: 7, Validation: 0.3, Table: 1, Seq: sumLen, Batch: 1}
	sums, held := NewSums(s), s.Split()
	ask := func(set Set) (pairs []int) {
		for row := range set.Rows {
			ids, labels := make([]int32, set.Seq), make([]int32, set.Seq)
			set.Fill(row, ids, labels)
			require.Equal(t, []int32{Ignored, Ignored, (ids[0] + ids[1]) % 7}, labels)
			pairs = append(pairs, int(ids[0]*7+ids[1]))
		}
		return pairs
	}
	for row, pair := range ask(sums.Questions()) {
		require.Equal(t, row, pair, "in the order of the table")
	}
	assert.Equal(t, s.Questions(), sums.Questions().Rows)
	for _, set := range []Set{sums.Live(sumLen), sums.Full(sumLen)} {
		pairs := ask(set)
		for _, pair := range pairs {
			assert.True(t, held[pair])
		}
		assert.Len(t, pairs, 49-len(sums.shown))
	}
	none := NewSums(Spec{Kind: KindSums, Modulus: 7})
	assert.Equal(t, 49, none.Full(sumLen).Rows, "where none is held out, all are asked")
	assert.Len(t, none.shown, 49)
}
