//go:build !js

package gguf_test

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/llama"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// probabilities are ours, of every token to be the next.
func probabilities(v model.Values, rows [][]int32) (all [][][]float64) {
	for _, row := range rows {
		net := model.NewNet(compute.NewCPU(), v, 1, len(row))
		net.Forward(row)
		logits, n := net.Logits(), v.Table.Config.Vocab
		var of [][]float64
		for t := range row {
			x := logits[t*n : (t+1)*n]
			top, sum := math.Inf(-1), 0.0
			for _, l := range x {
				top = max(top, float64(l))
			}
			p := make([]float64, n)
			for i, l := range x {
				p[i] = math.Exp(float64(l) - top)
				sum += p[i]
			}
			for i := range p {
				p[i] /= sum
			}
			of = append(of, p)
		}
		all = append(all, of)
	}
	return all
}

// rows are two sequences for a network of so many tokens.
func rows(vocab int) [][]int32 {
	all := make([][]int32, 2)
	for i := range 24 {
		all[0] = append(all[0], int32(i*7%vocab))
		all[1] = append(all[1], int32(i*i%vocab))
	}
	return all
}

// furthest is how far two answers lie apart at most, and top the largest probability of the first.
func furthest(t *testing.T, a, b [][][]float64) (far, top float64) {
	t.Helper()
	require.Len(t, b, len(a))
	for r, row := range a {
		for i, p := range row {
			require.Len(t, b[r][i], len(p))
			for k := range p {
				far, top = max(far, math.Abs(p[k]-b[r][i][k])), max(top, p[k])
			}
		}
	}
	return far, top
}

// agree holds llama.cpp's probabilities to ours.
func agree(t *testing.T, got llama.Answer, v model.Values, near float64) {
	t.Helper()
	c := v.Table.Config
	ours := probabilities(v, rows(c.Vocab))
	far, top := furthest(t, ours, got.Probabilities)
	assert.Greater(t, top, 0.3, "a network that knows nothing would agree with any other")
	assert.LessOrEqual(t, far, near)
	t.Logf("furthest %.2g, largest probability %.2f", far, top)
	if c.Rope.Kind == "" {
		return
	}
	c.Rope = model.RopeScaling{}
	bare := model.NewValues(model.NewTable(c))
	copy(bare.Data, v.Data)
	far, _ = furthest(t, ours, probabilities(bare, rows(c.Vocab)))
	assert.Greater(t, far, 3*near, "a program that passed over the scaling would agree too")
}

// dynamic is the network whose scaling changes nothing up to the length that its config.json names.
const dynamic = "qwen3, dynamic, up to its length"

// shapes are a network of every family, those with tied and with untied heads, and of every scaling of the rotary
// embedding.
func shapes() map[string]model.Config {
	all := map[string]model.Config{}
	add := func(name string, v model.Variant, change func(c *model.Config)) {
		c := small
		c.Variant = v
		if v.NoRouter {
			c.Experts, c.TopK, c.AuxLossCoef, c.ZLossCoef = 1, 1, 0, 0
		}
		if change != nil {
			change(&c)
		}
		all[name] = c
	}
	// whose head_dim other programs take to be the hidden size over the heads
	follows := func(c *model.Config) { c.HeadDim = c.Hidden / c.Heads }
	add("qwen3moe", model.Variant{}, nil)
	add("qwen3moe, untied", model.Variant{}, func(c *model.Config) { c.Untied = true })
	add("qwen3", model.Variant{NoRouter: true}, nil)
	add("qwen3, YaRN", model.Variant{NoRouter: true, Rope: model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 64,
		Slow: 1, Fast: 32, Attention: model.YaRNAttention(4)}}, func(c *model.Config) { c.HeadDim = 16 })
	add("qwen2", model.Variant{NoRouter: true, QKNorm: model.NoNorm, QKVBias: true}, follows)
	add("llama", model.Variant{NoRouter: true, QKNorm: model.NoNorm}, follows)
	add("llama 3", model.Variant{NoRouter: true, QKNorm: model.NoNorm, Rope: model.RopeScaling{Kind: model.Llama3,
		Factor: 8, Original: 64, Slow: 1, Fast: 4}}, follows)
	add("mixtral", model.Variant{QKNorm: model.NoNorm}, func(c *model.Config) { follows(c); c.Untied = true })
	add("olmoe", model.Variant{QKNorm: model.ByProjection, RawTopK: true}, func(c *model.Config) {
		follows(c)
		c.KVHeads = c.Heads
	})
	add("olmo2", model.Variant{NoRouter: true, QKNorm: model.ByProjection, PostNorm: true}, follows)
	add("olmo2, untied, as many heads for keys", model.Variant{NoRouter: true, QKNorm: model.ByProjection,
		PostNorm: true}, func(c *model.Config) {
		follows(c)
		c.KVHeads, c.Untied = c.Heads, true
	})
	add(dynamic, model.Variant{NoRouter: true}, nil)
	add("qwen3, untied", model.Variant{NoRouter: true}, func(c *model.Config) { c.Untied = true })
	scaled := func(name string, v model.Variant, s model.RopeScaling, change func(c *model.Config)) {
		v.Rope = s
		add(name, v, change)
	}
	linear := model.RopeScaling{Kind: model.Linear, Factor: 4}
	yarn := model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 64, Slow: 1, Fast: 32,
		Attention: model.YaRNAttention(4)}
	llama3 := model.RopeScaling{Kind: model.Llama3, Factor: 8, Original: 64, Slow: 1, Fast: 4}
	for name, s := range map[string]model.RopeScaling{"linear": linear, "YaRN": yarn} {
		scaled("qwen2, "+name, model.Variant{NoRouter: true, QKNorm: model.NoNorm, QKVBias: true}, s, follows)
		scaled("mixtral, "+name, model.Variant{QKNorm: model.NoNorm}, s, follows)
		scaled("olmoe, "+name, model.Variant{QKNorm: model.ByProjection, RawTopK: true}, s, func(c *model.Config) {
			follows(c)
			c.KVHeads = c.Heads
		})
		scaled("llama, "+name, model.Variant{NoRouter: true, QKNorm: model.NoNorm}, s, follows)
		scaled("olmo2, "+name, model.Variant{NoRouter: true, QKNorm: model.ByProjection, PostNorm: true}, s, follows)
		scaled("qwen3moe, "+name, model.Variant{}, s, func(c *model.Config) { c.HeadDim = 16 })
	}
	scaled("mixtral, llama 3", model.Variant{QKNorm: model.NoNorm}, llama3, follows)
	return all
}

// Every family that is exported computes in llama.cpp what it computes here.
func TestLlamaComputesTheSameProbabilities(t *testing.T) {
	testneed.Here(t, llama.Available())
	var names []string
	var networks []model.Values
	var questions []llama.Question
	all := shapes()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		v := spread(c)
		dir := filepath.Join(t.TempDir(), "small")
		require.NoError(t, checkpoint.Save(context.Background(), dir, nil, v), name)
		if name == dynamic {
			path, keys := filepath.Join(dir, checkpoint.ConfigName), object{}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, &keys))
			keys["max_position_embeddings"] = 24
			keys["rope_scaling"] = object{"rope_type": "dynamic", "factor": 4}
			text, err = json.Marshal(keys)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, text, 0o644))
		}
		path, r := exported(t, dir)
		if name == dynamic {
			require.NotEmpty(t, r.Notes)
			assert.Contains(t, r.Notes[0], "longer than 24 tokens")
		}
		names, networks = append(names, name), append(networks, v)
		questions = append(questions, llama.Question{File: path, Rows: rows(c.Vocab), Texts: []string{"<|7|><|12|>"}})
	}
	answers, err := llama.Ask(t.Context(), questions...)
	require.NoError(t, err)
	for i, v := range networks {
		t.Run(names[i], func(t *testing.T) {
			agree(t, answers[i], v, 1e-3)
			assert.Equal(t, [][]int32{{7, 12}}, answers[i].Tokens)
			assert.Equal(t, []string{"<|7|><|12|>"}, answers[i].Texts)
		})
	}
}

// characters is a tokenizer.json of single characters.
func characters(text string) object {
	vocab := object{}
	for _, r := range text {
		vocab[string(r)] = len(vocab)
	}
	return object{"version": "1.0", "added_tokens": []object{},
		"model": object{"type": "WordLevel", "vocab": vocab, "unk_token": "?"}}
}

// What a folder's tokenizer makes of a text, llama.cpp makes of it: words joined in the order of the merges, bytes,
// tokens that end a text, characters of more bytes than one, and what no character is known for.
func TestLlamaReadsAndWritesTextAsTheTokenizerDoes(t *testing.T) {
	testneed.Here(t, llama.Available())
	bytes, _ := exported(t, with(t, 24, overBytes(), object{"eos_token_id": 22}))
	chars, r := exported(t, with(t, 9, characters("ab é€\n?𝄞."), nil))
	assert.Equal(t, 9, r.Tokens)
	answers, err := llama.Ask(t.Context(),
		llama.Question{File: bytes, Texts: []string{"hello world", "hell's1é\n<|end|>hh"}},
		llama.Question{File: chars, Texts: []string{"ab\n€ é𝄞.𝄞€a  b", " ."}})
	require.NoError(t, err)
	assert.Equal(t, [][]int32{{18, 19, 3, 6, 2, 7}, {17, 20, 11, 21, 8, 22, 0, 0}}, answers[0].Tokens)
	assert.Equal(t, []string{"hello world", "hell's1é\n<|end|>hh"}, answers[0].Texts)
	assert.Equal(t, [][]int32{{0, 1, 5, 4, 2, 3, 7, 8, 7, 4, 0, 2, 2, 1}, {2, 8}}, answers[1].Tokens)
	assert.Equal(t, []string{"ab\n€ é𝄞.𝄞€a  b", " ."}, answers[1].Texts)
}
