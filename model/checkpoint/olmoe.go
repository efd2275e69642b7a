package checkpoint

import "github.com/sparkling-lab/sparkling/model"

// olmoe is the network of OLMoE (Muennighoff et al. 2024, arXiv 2409.02060): norms of queries and keys over the whole
// projection, and weights of a token's experts as the router gives them, unless a key says otherwise.
var olmoe = &family{
	model: "olmoe", architecture: "OlmoeForCausalLM",
	variant: model.Variant{QKNorm: model.ByProjection},
	names:   named(expertNames), stackings: []stacking{stackedExperts, mlxExperts("mlp")},
	inner: "intermediate_size", experts: []string{"num_experts", "num_local_experts"}, topK: true,
	eps: 1e-5, theta: 10000, aux: 0.01, z: 0.001, kvLikeHeads: true,
	fixed: append([]fixedKey{
		{"clip_qkv", nil, true, "queries, keys and values are not clipped here"},
		{"use_qk_norm", []string{"true"}, true, "queries and keys are normed"},
	}, everyLayerHas...),
	headDimFollows: true,
}
