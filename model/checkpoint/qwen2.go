package checkpoint

import "github.com/sparkling-lab/sparkling/model"

// qwen2 is the dense network of Qwen2 and Qwen2.5 (2024, arXiv 2407.10671 and 2412.15115): queries, keys and values
// have biases and no norms.
var qwen2 = &family{
	model: "qwen2", architecture: "Qwen2ForCausalLM",
	variant: model.Variant{NoRouter: true, QKNorm: model.NoNorm, QKVBias: true}, names: named(nil),
	inner: "intermediate_size", eps: 1e-6, theta: 10000,
	fixed: []fixedKey{{"qkv_bias", []string{"true"}, true, "queries, keys and values have biases"}},
}
