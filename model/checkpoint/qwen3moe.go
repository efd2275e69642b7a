package checkpoint

// qwen3MoE is the paper's network (Qwen3, 2025, arXiv 2505.09388).
var qwen3MoE = &family{
	model: "qwen3_moe", architecture: "Qwen3MoeForCausalLM",
	names: named(expertNames), stackings: []stacking{routerLast(stackedExperts), mlxExperts("mlp")},
	inner: "moe_intermediate_size", experts: []string{"num_experts", "num_local_experts"}, topK: true,
	eps: 1e-6, theta: 10000, aux: 0.001, z: 0.001,
	fixed: append([]fixedKey{{"use_qk_norm", []string{"true"}, true, "queries and keys are normed"}},
		everyLayerHas...),
	passed: "intermediate_size",
}

// everyLayerHas are keys of families with experts by which some layers would have none, or another kind.
var everyLayerHas = []fixedKey{
	{"mlp_only_layers", []string{"[]"}, true, "every layer has experts"},
	{"decoder_sparse_step", []string{"1"}, true, "every layer has experts"},
	{"shared_expert_intermediate_size", []string{"0"}, true, "no expert is taken by every token"},
}

// routerLast is a layout whose module has the router behind the experts.
func routerLast(s stacking) stacking {
	s.last = true
	return s
}
