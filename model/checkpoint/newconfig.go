package checkpoint

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// reshape is config.json for another shape: what changed is set, head_dim is spelled out because it no longer follows
// from the hidden size, and all other keys stay as they are.
func (d document) reshape(from, to model.Config) document {
	if _, ok := d.values["head_dim"]; !ok || from.Hidden != to.Hidden {
		d = d.with("head_dim", to.HeadDim)
	}
	if from.Hidden != to.Hidden {
		d = d.with("hidden_size", to.Hidden)
	}
	if from.Inner != to.Inner {
		d = d.with("moe_intermediate_size", to.Inner)
	}
	if from.Untied != to.Untied {
		d = d.with("tie_word_embeddings", !to.Untied)
	}
	return d
}

// newDocument is config.json of a network of ours, with every key that a loader of the family needs.
func newDocument(c model.Config) (document, error) {
	if c.LogitMult != 1 {
		return document{}, errors.New("the family has no factor on the logits; the head must be untied to carry it")
	}
	d := document{values: map[string]json.RawMessage{}}
	for _, f := range []struct {
		key   string
		value any
	}{
		{"architectures", []string{"Qwen3MoeForCausalLM"}}, {"model_type", "qwen3_moe"}, {"torch_dtype", "float32"},
		{"vocab_size", c.Vocab}, {"hidden_size", c.Hidden}, {"num_hidden_layers", c.Layers},
		{"num_attention_heads", c.Heads}, {"num_key_value_heads", c.KVHeads}, {"head_dim", c.HeadDim},
		{"num_experts", c.Experts}, {"num_experts_per_tok", c.TopK}, {"moe_intermediate_size", c.Inner},
		{"intermediate_size", c.Inner},
		{"norm_topk_prob", true}, {"hidden_act", "silu"}, {"attention_bias", false}, {"attention_dropout", decimal(0)},
		{"mlp_only_layers", []int{}}, {"decoder_sparse_step", 1}, {"use_sliding_window", false},
		{"rms_norm_eps", decimal(c.NormEps)}, {"rope_theta", decimal(c.RopeBase)}, {"rope_scaling", nil},
		{"max_position_embeddings", 4096},
		{"initializer_range", decimal(c.InitStd)}, {"router_aux_loss_coef", decimal(c.AuxLossCoef)},
		{keyZ, decimal(c.ZLossCoef)}, {"tie_word_embeddings", !c.Untied},
	} {
		d = d.with(f.key, f.value)
	}
	return d, nil
}

// decimal spells a number so that loaders which tell whole numbers from others see another.
func decimal(x float64) json.RawMessage {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.RawMessage(text)
}
