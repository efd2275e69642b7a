package checkpoint

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// reshape is config.json for another shape: what changed is set, head_dim is spelled out because it no longer follows
// from the hidden size, and all other keys stay as they are.
func (x described) reshape(from, to model.Config) document {
	d := x.document
	if _, ok := d.values["head_dim"]; !ok || from.Hidden != to.Hidden {
		d = d.with("head_dim", to.HeadDim)
	}
	if from.Hidden != to.Hidden {
		d = d.with("hidden_size", to.Hidden)
	}
	if from.Inner != to.Inner {
		d = d.with(x.family.inner, to.Inner)
	}
	if from.Untied != to.Untied {
		d = d.with("tie_word_embeddings", !to.Untied)
	}
	return d
}

// newDocument is config.json of a network of ours, with every key that a loader of its family needs.
func newDocument(c model.Config) (document, error) {
	d := document{values: map[string]json.RawMessage{}}
	if c.LogitMult != 1 {
		return d, errors.New("no family has a factor on the logits; the head must be untied to carry it")
	}
	f, err := familyFor(c)
	if err != nil {
		return d, err
	}
	for _, k := range slices.Concat([]key{
		{"architectures", []string{f.architecture}}, {"model_type", f.model}, {"torch_dtype", "float32"},
		{"vocab_size", c.Vocab}, {"hidden_size", c.Hidden}, {"num_hidden_layers", c.Layers},
		{"num_attention_heads", c.Heads}, {"num_key_value_heads", c.KVHeads}, {"head_dim", c.HeadDim},
	}, f.routing(c), []key{
		{"hidden_act", "silu"}, {"attention_bias", false}, {"attention_dropout", decimal(0)},
		{"use_sliding_window", false},
		{"rms_norm_eps", decimal(c.NormEps)}, {"rope_theta", decimal(c.RopeBase)},
		{"rope_scaling", scalingKeys(c.Rope)},
		{"max_position_embeddings", 4096},
		{"initializer_range", decimal(c.InitStd)}, {"tie_word_embeddings", !c.Untied},
	}) {
		d = d.with(k.name, k.value)
	}
	return d, nil
}

// key is one of config.json.
type key struct {
	name  string
	value any
}

// routing are the keys of experts, or of the one that every token takes.
func (f *family) routing(c model.Config) []key {
	if len(f.experts) == 0 {
		return []key{{f.inner, c.Inner}}
	}
	keys := []key{{f.experts[0], c.Experts}, {"num_experts_per_tok", c.TopK}, {f.inner, c.Inner}}
	if f == qwen3MoE { // loaders ask for the width of layers without experts, of which there are none
		keys = append(keys, key{"intermediate_size", c.Inner}, key{"mlp_only_layers", []int{}},
			key{"decoder_sparse_step", 1})
	}
	if f.topK {
		keys = append(keys, key{"norm_topk_prob", !c.RawTopK})
	}
	return append(keys, key{"router_aux_loss_coef", decimal(c.AuxLossCoef)}, key{keyZ, decimal(c.ZLossCoef)})
}

// scalingKeys is the block of a scaling of the rotary embedding; nil where nothing is scaled.
func scalingKeys(s model.RopeScaling) any {
	d := document{values: map[string]json.RawMessage{}}
	switch s.Kind {
	case "":
		return nil
	case model.YaRN:
		d = d.with("original_max_position_embeddings", s.Original).with("beta_fast", decimal(s.Fast)).
			with("beta_slow", decimal(s.Slow)).with("attention_factor", decimal(s.Attention))
	case model.Llama3:
		d = d.with("original_max_position_embeddings", s.Original).with("high_freq_factor", decimal(s.Fast)).
			with("low_freq_factor", decimal(s.Slow))
	}
	return json.RawMessage(d.with("rope_type", s.Kind).with("factor", decimal(s.Factor)).encode())
}

// decimal spells a number so that loaders which tell whole numbers from others see another.
func decimal(x float64) json.RawMessage {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.RawMessage(text)
}
