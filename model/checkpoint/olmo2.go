package checkpoint

import "github.com/sparkling-lab/sparkling/model"

// olmo2 is the network of OLMo-2 (2024, arXiv 2501.00656): norms behind the blocks, and of queries and keys over the
// whole projection.
var olmo2 = &family{
	model: "olmo2", architecture: "Olmo2ForCausalLM",
	variant: model.Variant{NoRouter: true, QKNorm: model.ByProjection, PostNorm: true},
	names: named(map[model.Part]string{
		model.AttnNorm: "post_attention_layernorm.weight", model.FFNNorm: "post_feedforward_layernorm.weight",
	}),
	inner: "intermediate_size", eps: 1e-5, theta: 10000, kvLikeHeads: true,
}
