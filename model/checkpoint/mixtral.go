package checkpoint

import "github.com/sparkling-lab/sparkling/model"

// mixtral is the network of Mixtral (2024, arXiv 2401.04088): experts in a block of another name, and no norms of
// queries and keys. The weights of a token's experts sum to 1, and no key says so. As transformers 5 writes it stacked,
// its block has the name that others have.
var mixtral = &family{
	model: "mixtral", architecture: "MixtralForCausalLM",
	variant: model.Variant{QKNorm: model.NoNorm},
	names: named(map[model.Part]string{
		model.Route: "block_sparse_moe.gate.weight", model.Gate: "block_sparse_moe.experts.%d.w1.weight",
		model.Up: "block_sparse_moe.experts.%d.w3.weight", model.Down: "block_sparse_moe.experts.%d.w2.weight",
	}),
	stackings: []stacking{stackedExperts, mlxExperts("block_sparse_moe")},
	expert:    []model.Part{model.Gate, model.Down, model.Up}, // w1, w2, w3
	inner:     "intermediate_size", experts: []string{"num_local_experts", "num_experts"},
	eps: 1e-5, theta: 1e6, aux: 0.001, z: 0,
	fixed: []fixedKey{
		{"router_jitter_noise", []string{"0"}, true, "nothing is changed by chance here"},
		{"sliding_window", nil, true, "attention sees the whole sequence"},
	},
}
