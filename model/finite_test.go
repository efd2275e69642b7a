package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFirstTensorThatIsNotFiniteIsNamed(t *testing.T) {
	v := NewValues(NewTable(Config{Vocab: 5, Hidden: 4, Inner: 3, Layers: 2, Heads: 1, KVHeads: 1, HeadDim: 4,
		Experts: 3, TopK: 1}))
	v.Data[0], v.Data[1] = math.MaxFloat32, math.SmallestNonzeroFloat32
	assert.Empty(t, v.NotFinite())
	v.Tensor(v.Table.Find(FinalNorm, -1))[3] = float32(math.Inf(-1))
	assert.Equal(t, "model.norm.weight", v.NotFinite())
	up := v.Expert(v.Table.Find(Up, 1), 2)
	up[len(up)-1] = float32(math.NaN())
	assert.Equal(t, "model.layers.1.mlp.experts.2.up_proj.weight", v.NotFinite())
	assert.Equal(t, "model.norm.weight", v.LastNotFinite())
	v.Data[0] = math.Float32frombits(0xff800001) // a signalling NaN with a sign
	assert.Equal(t, "model.embed_tokens.weight", v.NotFinite())
}
