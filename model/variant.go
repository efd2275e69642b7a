package model

import (
	"fmt"
	"slices"
)

// Variant is where a network differs from the paper's, as other families of networks do. The zero value is the paper's
// network, and its fields are left out of documents that ask for nothing else.
type Variant struct {
	QKNorm  QKNorm `json:"qk_norm,omitempty"`
	QKVBias bool   `json:"qkv_bias,omitempty"` // queries, keys and values each have a bias (Qwen2)
	// PostNorm norms what a block adds to the residual stream, and not what it reads (OLMo-2, 2024, arXiv 2501.00656).
	PostNorm bool `json:"post_norm,omitempty"`
	NoRouter bool `json:"no_router,omitempty"` // the one expert is taken by every token, with weight 1
	// RawTopK leaves the probabilities of a token's experts as they are; else they are made to sum to 1.
	RawTopK bool        `json:"raw_top_k,omitempty"`
	Rope    RopeScaling `json:"rope_scaling,omitzero"`
}

// QKNorm says what the norms of queries and keys are taken over.
type QKNorm string

// The norms of queries and keys: of each head with weights that heads share (Qwen3); of the whole projection, with a
// weight a channel (OLMoE, OLMo-2); none (Llama, Mixtral, Qwen2).
const (
	ByHead       QKNorm = "" // where nothing is said
	ByProjection QKNorm = "whole"
	NoNorm       QKNorm = "none"
)

// QKNorms lists all.
var QKNorms = []QKNorm{ByHead, ByProjection, NoNorm}

func (v Variant) validate(c Config) error {
	switch {
	case !slices.Contains(QKNorms, v.QKNorm):
		return fmt.Errorf("model.qk_norm is %q; allowed are whole and none, and nothing for norms by head",
			string(v.QKNorm))
	case v.NoRouter && c.Experts != 1:
		return fmt.Errorf("model.experts is %d; without a router (model.no_router) there is 1", c.Experts)
	}
	return v.Rope.validate()
}
