package compute_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// Rows that differ in their last token alone, attended as rows and as tokens after one prefix: so many rows of so many
// tokens, the prefix and the last ones anywhere in the batch.
func TestAttentionAfterAPrefixIsThatOfWholeRows(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		for _, rows := range []int{1, 16, 36, 65} {
			for _, seq := range []int{1, 2, 3, 4, 5, 9} {
				s := compute.AttnShape{Batch: rows, Seq: seq, Heads: 4, KVHeads: 2, HeadDim: 6}
				agreed, _ := rowsAttended(judge, s)
				for _, eng := range append(engines(), compute.NewCPU(), judge) {
					want, got := rowsAttended(eng, s)
					what := fmt.Sprintf("%s, %d rows of %d", eng.Name(), rows, seq)
					near(t, want, got, what)
					if exact := eng == judge || eng.Name() == compute.NewCPU().Name(); exact && seq <= 4 {
						same(t, want, got, "%s", what)
					}
					near(t, agreed, got, what)
				}
			}
		}
	})
}

// rowsAttended is what attention leaves for the last token of every row, in both ways.
func rowsAttended(eng compute.Engine, s compute.AttnShape) (rows, tokens []float32) {
	const before, between = 5, 2 // tokens that have nothing to do with it
	a, b, n := s.Heads*s.HeadDim, s.KVHeads*s.HeadDim, s.Batch*s.Seq
	prefix, from := make([]int, s.Seq-1), before+(s.Seq-1)*between
	for j := range prefix {
		prefix[j] = before + j*between
	}
	end := from + s.Batch
	q, k, v := columns(a, end, 1), columns(b, end, 2), columns(b, end, 3)
	spread := func(m compute.Mat) compute.Mat {
		out := compute.NewColumns(m.Rows, n)
		for c := range m.Rows {
			for i := range n {
				at := from + i/s.Seq
				if i%s.Seq < s.Seq-1 {
					at = prefix[i%s.Seq]
				}
				out.Data[c*out.Stride+i] = m.Data[c*m.Stride+at]
			}
		}
		return out
	}
	all, some := make([]float32, n*a), values(end*a, 9)
	eng.Attention(compute.M(all, n, a), make([]float32, s.Probs()), spread(q), spread(k), spread(v), s)
	eng.PrefixAttention(compute.M(some, end, a), q, k, v, s, prefix, from, end)
	for i := range s.Batch {
		rows = append(rows, all[((i+1)*s.Seq-1)*a:(i+1)*s.Seq*a]...)
	}
	return rows, some[from*a:]
}

func TestAttentionAfterAPrefixLeavesOtherTokensAloneAndAllocatesNothing(t *testing.T) {
	s := compute.AttnShape{Heads: 2, KVHeads: 1, HeadDim: 4}
	q, k, v, out := columns(8, 50, 1), columns(4, 50, 2), columns(4, 50, 3), values(50*8, 4)
	before := append([]float32(nil), out...)
	eng := compute.NewCPU()
	attend := func() { eng.PrefixAttention(compute.M(out, 50, 8), q, k, v, s, []int{3, 1}, 10, 47) }
	attend()
	same(t, before[:10*8], out[:10*8], "tokens before")
	same(t, before[47*8:], out[47*8:], "tokens after")
	assert.Zero(t, testing.AllocsPerRun(10, attend))
}
