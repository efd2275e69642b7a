package checkpoint

import "github.com/sparkling-lab/sparkling/model"

// llama is the network of Llama 2 and 3 (2023, arXiv 2307.09288; 2024, arXiv 2407.21783), without biases.
// pretraining_tp cuts products into parts and adds these up: the same function.
var llama = &family{
	model: "llama", architecture: "LlamaForCausalLM",
	variant: model.Variant{NoRouter: true, QKNorm: model.NoNorm}, names: named(nil),
	inner: "intermediate_size", eps: 1e-6, theta: 10000, kvLikeHeads: true,
	passed: "pretraining_tp",
}
