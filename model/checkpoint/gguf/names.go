package gguf

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// parts are llama.cpp's names of the parts, those of a layer below blk.N.
var parts = map[model.Part]string{
	model.Embed: "token_embd", model.FinalNorm: "output_norm", model.Head: "output",
	model.AttnNorm: "attn_norm", model.Q: "attn_q", model.K: "attn_k", model.V: "attn_v", model.O: "attn_output",
	model.QNorm: "attn_q_norm", model.KNorm: "attn_k_norm",
	model.FFNNorm: "ffn_norm", model.Route: "ffn_gate_inp",
	model.Gate: "ffn_gate_exps", model.Up: "ffn_up_exps", model.Down: "ffn_down_exps",
}

// nameOf is llama.cpp's name of a tensor.
func nameOf(t model.Tensor) (string, error) {
	name, ok := parts[t.Part]
	if !ok {
		return "", fmt.Errorf("llama.cpp's network of this kind has no place for %s", t.Name(0))
	}
	if t.Layer >= 0 {
		name = fmt.Sprintf("blk.%d.%s", t.Layer, name)
	}
	return name + ".weight", nil
}

// shapeOf is a tensor's shape: experts are stacked, norm weights vectors.
func shapeOf(t model.Tensor) []int {
	if t.Stacked() {
		return []int{t.Experts, t.Rows.Size, t.Cols.Size}
	}
	return t.Shape()
}

// single reports whether llama.cpp wants the tensor in float32, whatever the others are: vectors, and the router.
func single(t model.Tensor) bool { return t.Kind == model.NormWeight || t.Part == model.Route }
