package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// A question asked alone gives the same bits in a row of its own as at the beginning of a row with other things after
// it.
func TestShortRowsGiveTheBitsOfTheBeginningsOfLongOnes(t *testing.T) {
	const batch, seq = 3, 16
	c := shape(47, 24, 2, 4, 2, 6, 5, 20)
	weights := model.Init(c, 5)
	for name, eng := range map[string]compute.Engine{"plain": compute.Reference{}, "fast": compute.NewCPU()} {
		for _, short := range []int{4, 8, 16} {
			net, long := model.NewNet(eng, weights, batch, seq), model.NewNet(eng, weights, batch, seq)
			ids, labels := tokens(batch*seq, c.Vocab)
			net.ForwardRows(ids, short)
			got := append([]float32(nil), net.Logits()...)
			rows := batch * seq / short
			for at := 0; at < rows; at += batch {
				other, _ := tokens(batch*seq, c.Vocab)
				n := min(batch, rows-at)
				for i := range n {
					copy(other[i*seq:], ids[(at+i)*short:(at+i+1)*short])
				}
				long.Forward(other)
				for i := range n {
					from := i * seq * c.Vocab
					want := long.Logits()[from : from+short*c.Vocab]
					require.Equal(t, want, got[(at+i)*short*c.Vocab:(at+i+1)*short*c.Vocab], "%s, row %d of %d symbols",
						name, at+i, short)
				}
			}
			net.Forward(ids)
			fresh := model.NewNet(eng, weights, batch, seq)
			fresh.Forward(ids)
			assert.Equal(t, fresh.Logits(), net.Logits(), "%s: long rows are as they were", name)
			assert.Equal(t, fresh.Backward(labels), net.Backward(labels), name)
			assert.Equal(t, fresh.Grads.Data, net.Grads.Data, name)
		}
	}
}

func TestShortRowsAllocateOnce(t *testing.T) {
	c := shape(47, 24, 2, 4, 2, 6, 5, 20)
	net := model.NewNet(compute.NewCPU(), model.Init(c, 5), 3, 16)
	ids, _ := tokens(48, c.Vocab)
	for range 3 {
		net.ForwardRows(ids, 4)
	}
	assert.Zero(t, testing.AllocsPerRun(20, func() { net.ForwardRows(ids, 4); net.Forward(ids) }))
}

// Rows that are asked give the bits that they give at the beginning of a longer one, whatever they share with others,
// and leave everything else as it was.
func TestWhatIsAskedAloneGivesTheBitsOfTheBeginningsOfLongRows(t *testing.T) {
	const batch, seq = 3, 16
	c := shape(47, 24, 2, 4, 2, 6, 5, 20)
	c.LogitMult = 0.7
	weights := model.Init(c, 5)
	random, all := tokens(300, c.Vocab)
	sorted := make([]int32, 0, 300)
	for i := range int32(100) {
		sorted = append(sorted, 7, i/20, i%20)
	}
	for name, eng := range map[string]compute.Engine{"plain": compute.Reference{}, "fast": compute.NewCPU()} {
		net, long, fresh := model.NewNet(eng, weights, batch, seq), model.NewNet(eng, weights, 1, seq),
			model.NewNet(eng, weights, batch, seq)
		ids, labels := tokens(batch*seq, c.Vocab)
		for what, ask := range map[string]struct {
			ids []int32
			seq int
		}{
			"in order": {sorted, 3}, "single ones": {random[:100], 1}, "pairs": {random[:200], 2},
			"by chance": {random, 3}, "four": {random, 4}, "the same": {make([]int32, 240), 3},
		} {
			rows := len(ask.ids) / ask.seq
			calls := 0
			for at := 0; at < rows; calls++ {
				sure := make([]float32, rows-at)
				places, loss := net.Ask(ask.ids[at*ask.seq:], all[at:rows], ask.seq, sure)
				require.NotEmpty(t, places)
				sum := 0.0
				for i, place := range places {
					row := make([]int32, seq)
					copy(row, ask.ids[(at+i)*ask.seq:(at+i+1)*ask.seq])
					long.Forward(row)
					want := long.Logits()[(ask.seq-1)*c.Vocab : ask.seq*c.Vocab]
					require.Equal(t, want, net.Logits()[place*c.Vocab:(place+1)*c.Vocab], "%s, %s: row %d", name, what,
						at+i)
					total := 0.0
					for _, x := range want {
						total += math.Exp(float64(x - want[all[at+i]]))
					}
					require.InDelta(t, 1/total, sure[i], 1e-6)
					sum += math.Log(total) / float64(len(places))
					for l := range c.Layers {
						experts, again := make([]int32, 2), make([]int32, 2)
						w, w2 := make([]float32, 2), make([]float32, 2)
						long.Chosen(l, ask.seq-1, experts, w)
						net.Chosen(l, place, again, w2)
						require.Equal(t, experts, again)
						require.Equal(t, w, w2)
					}
				}
				require.InDelta(t, sum, loss, 1e-5)
				at += len(places)
			}
			if what == "in order" {
				assert.Equal(t, 3, calls, "48 tokens a call, 106 in all and what calls have in common")
			}
			net.Forward(ids)
			fresh.Forward(ids)
			require.Equal(t, fresh.Logits(), net.Logits(), "%s: long rows are as they were", name)
			require.Equal(t, fresh.Backward(labels), net.Backward(labels), name)
			require.Equal(t, fresh.Grads.Data, net.Grads.Data, name)
		}
	}
}

func TestAskingAllocatesOnce(t *testing.T) {
	c := shape(47, 24, 2, 4, 2, 6, 5, 20)
	net := model.NewNet(compute.NewCPU(), model.Init(c, 5), 3, 16)
	ids, labels := tokens(48, c.Vocab)
	sure := make([]float32, 16)
	for range 3 {
		net.Ask(ids, labels, 3, sure)
	}
	assert.Zero(t, testing.AllocsPerRun(20, func() { net.Ask(ids, labels, 3, sure); net.Forward(ids) }))
}
