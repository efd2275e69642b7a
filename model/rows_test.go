package model_test

import (
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
