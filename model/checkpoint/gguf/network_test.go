package gguf_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/gguf"
)

var small = model.Config{
	Vocab: 23, Hidden: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, Experts: 4, TopK: 2, Inner: 24,
	NormEps: 1e-6, RopeBase: 5000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.3, LogitMult: 1,
}

func noProgress(int64) {}

// exported is the GGUF file of a folder.
func exported(t testing.TB, dir string) (string, gguf.Result) {
	t.Helper()
	folder, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	f, err := gguf.New(folder)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "network.gguf")
	r, err := f.Write(context.Background(), path, noProgress)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, r.Bytes, info.Size())
	return path, r
}

// spread gives every matrix another scale, so that probabilities are far from even, and norm weights that are not 1.
func spread(c model.Config) model.Values {
	v := model.Init(c, 5)
	for i, t := range v.Table.Tensors {
		x := v.Tensor(i)
		for k := range x {
			if t.Kind == model.NormWeight {
				x[k] += float32(math.Sin(float64(k+i))) / 2
			}
		}
	}
	return v
}

// What llama.cpp would compute otherwise is refused by name.
func TestANetworkThatLlamaHasNotIsRefusedByName(t *testing.T) {
	llama3 := model.RopeScaling{Kind: model.Llama3, Factor: 8, Original: 64, Slow: 1, Fast: 4}
	for says, v := range map[string]model.Variant{
		"wants of a olmoe": {QKNorm: model.ByProjection, RawTopK: true},
		"not as wide as the hidden axis, 32, which llama.cpp wants of a qwen2": {NoRouter: true, QKNorm: model.NoNorm,
			QKVBias: true},
		"whether the weights of a token's experts sum to 1": {RawTopK: true},
		"YaRN mixes from 2 to 32 turns": {Rope: model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 64, Slow: 2,
			Fast: 32, Attention: model.YaRNAttention(4)}},
		"scores by the square of 1, and llama.cpp": {NoRouter: true, Rope: model.RopeScaling{Kind: model.YaRN,
			Factor: 4, Original: 64, Slow: 1, Fast: 32, Attention: 1}},
		"of a qwen2 is scaled as llama3": {NoRouter: true, QKNorm: model.NoNorm, QKVBias: true, Rope: llama3},
		"of a olmo2 is scaled as llama3": {NoRouter: true, QKNorm: model.ByProjection, PostNorm: true, Rope: llama3},
		"scaled as llama3":               {Rope: llama3},
	} {
		c := small
		c.Variant = v
		if v.NoRouter {
			c.Experts, c.TopK, c.AuxLossCoef, c.ZLossCoef = 1, 1, 0, 0
		}
		if v.Rope.Kind == model.Llama3 {
			c.HeadDim = c.Hidden / c.Heads
		}
		dir := filepath.Join(t.TempDir(), "small")
		require.NoError(t, checkpoint.Save(context.Background(), dir, nil, spread(c)))
		folder, err := checkpoint.ReadFolder(context.Background(), dir)
		require.NoError(t, err)
		_, err = gguf.New(folder)
		assert.ErrorContains(t, err, says)
	}
}
