package checkpoint

import "github.com/sparkling-lab/sparkling/model"

// qwen3 is the dense network of Qwen3 (2025, arXiv 2505.09388).
var qwen3 = &family{
	model: "qwen3", architecture: "Qwen3ForCausalLM",
	variant: model.Variant{NoRouter: true}, names: named(nil),
	inner: "intermediate_size", eps: 1e-6, theta: 10000, headDim: 128,
	fixed: []fixedKey{{"use_qk_norm", []string{"true"}, true, "queries and keys are normed"}},
}
