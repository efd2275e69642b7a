package gguf

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// kind is a kind of network as llama.cpp knows it.
type kind struct {
	name    string        // general.architecture
	variant model.Variant // what its networks are, but for the scaling of the rotary embedding
	norms   map[model.Part]string
	// turned is for networks whose rotary embedding turns neighbours in llama.cpp, where here it turns the first half
	// of a head with the second: rows of queries and keys are interleaved for it.
	turned bool
	head   bool // llama.cpp asks for an output projection where it is tied too
}

// kinds are all that are written. Those without experts have NoRouter.
var kinds = []kind{
	{name: "qwen3moe"},
	{name: "qwen3", variant: model.Variant{NoRouter: true}},
	{name: "qwen2", variant: model.Variant{NoRouter: true, QKNorm: model.NoNorm, QKVBias: true}},
	{name: "llama", variant: model.Variant{NoRouter: true, QKNorm: model.NoNorm}, turned: true},
	{name: "llama", variant: model.Variant{QKNorm: model.NoNorm}, turned: true}, // Mixtral
	{name: "olmoe", variant: model.Variant{QKNorm: model.ByProjection, RawTopK: true}, head: true},
	{name: "olmo2", variant: model.Variant{NoRouter: true, QKNorm: model.ByProjection, PostNorm: true},
		norms: map[model.Part]string{model.AttnNorm: "post_attention_norm", model.FFNNorm: "post_ffw_norm"},
		head:  true},
}

// kindOf is llama.cpp's kind of a network.
func kindOf(c model.Config) (kind, error) {
	v := c.Variant
	v.Rope = model.RopeScaling{}
	for _, k := range kinds {
		if k.variant == v {
			return k, k.fits(c)
		}
	}
	text := "llama.cpp has no network like this one"
	if !v.NoRouter {
		text += "; whether the weights of a token's experts sum to 1 is not the network's to say there"
	}
	return kind{}, unsaid("%s (qk_norm %q, qkv_bias %t, post_norm %t, no_router %t, raw_top_k %t)", text,
		string(v.QKNorm), v.QKVBias, v.PostNorm, v.NoRouter, v.RawTopK)
}

// fits errs where llama.cpp's network of the kind has a narrower idea of its shape: norms of a whole projection, and
// biases of queries, are as wide there as the hidden axis, OLMoE's norms of keys too.
func (k kind) fits(c model.Config) error {
	switch {
	case c.QKNorm != model.ByProjection && !c.QKVBias:
		return nil
	case c.Heads*c.HeadDim != c.Hidden:
		return unsaid("%d heads of %d channels are not as wide as the hidden axis, %d, which llama.cpp wants of a %s",
			c.Heads, c.HeadDim, c.Hidden, k.name)
	case k.name == "olmoe" && c.KVHeads != c.Heads:
		return unsaid("queries have %d heads, keys and values %d, and llama.cpp wants as many of a %s", c.Heads,
			c.KVHeads, k.name)
	}
	return nil
}

// parts are llama.cpp's names of the parts, those of a layer below blk.N; of experts they have _exps behind them.
var parts = map[model.Part]string{
	model.Embed: "token_embd", model.FinalNorm: "output_norm", model.Head: "output",
	model.AttnNorm: "attn_norm", model.Q: "attn_q", model.K: "attn_k", model.V: "attn_v", model.O: "attn_output",
	model.QBias: "attn_q", model.KBias: "attn_k", model.VBias: "attn_v",
	model.QNorm: "attn_q_norm", model.KNorm: "attn_k_norm",
	model.FFNNorm: "ffn_norm", model.Route: "ffn_gate_inp",
	model.Gate: "ffn_gate", model.Up: "ffn_up", model.Down: "ffn_down",
}

// nameOf is llama.cpp's name of a tensor.
func (k kind) nameOf(t model.Tensor) (string, error) {
	name, ok := parts[t.Part]
	if !ok {
		return "", unsaid("llama.cpp has no name for %s", t.Name(0))
	}
	if own, ok := k.norms[t.Part]; ok {
		name = own
	}
	if t.Stacked() && !k.variant.NoRouter {
		name += "_exps"
	}
	if t.Layer >= 0 {
		name = fmt.Sprintf("blk.%d.%s", t.Layer, name)
	}
	if t.Kind == model.Bias {
		return name + ".bias", nil
	}
	return name + ".weight", nil
}

// shapeOf is a tensor's shape: experts are stacked, norm weights and biases vectors.
func (k kind) shapeOf(t model.Tensor) []int {
	if t.Stacked() && !k.variant.NoRouter {
		return []int{t.Experts, t.Rows.Size, t.Cols.Size}
	}
	return t.Shape()
}

// single reports whether llama.cpp wants the tensor in float32, whatever the others are: vectors, and the router.
func single(t model.Tensor) bool { return t.Vector() || t.Part == model.Route }

// heads is the number of heads whose rows are interleaved; 0 where rows stay where they are.
func (k kind) heads(t model.Tensor, c model.Config) int {
	switch {
	case k.turned && t.Part == model.Q:
		return c.Heads
	case k.turned && t.Part == model.K:
		return c.KVHeads
	}
	return 0
}
