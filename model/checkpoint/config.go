package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// ConfigName is the file that holds the shape of the network.
const ConfigName = "config.json"

// Defaults for keys that a folder may lack: those of the family, and for the z-loss, which the family does not know, OLMoE's.
const (
	defaultRope   = 10000
	defaultEps    = 1e-6
	defaultLBCoef = 0.001
	defaultZCoef  = 0.001
	defaultStd    = 0.02
)

// keyZ is a key of our own.
const keyZ = "router_z_loss_coef"

// fixed are keys that must have one value, or may be absent where that means the same; values are compact JSON.
var fixed = []struct {
	key     string
	allowed []string
	absent  bool
	why     string
}{
	{"model_type", []string{`"qwen3_moe"`}, false, "only this family is read"},
	{"norm_topk_prob", []string{"true"}, false, "the weights of a token's experts are renormalised here; left out it means false"},
	{"hidden_act", []string{`"silu"`, "null"}, true, "experts are SwiGLU"},
	{"attention_bias", []string{"false", "null"}, true, "matrices have no biases here"},
	{"rope_scaling", []string{"null"}, true, "the rotary embedding is not scaled here"},
	{"partial_rotary_factor", []string{"null", "1", "1.0"}, true, "the whole head is rotated"},
	{"mlp_only_layers", []string{"[]", "null"}, true, "every layer has experts"},
	{"decoder_sparse_step", []string{"1", "null"}, true, "every layer has experts"},
	{"use_sliding_window", []string{"false", "null"}, true, "attention sees the whole sequence"},
	{"quantization_config", []string{"null"}, true, "weights are F32 or BF16"},
}

// parseConfig reads config.json of a Qwen3-MoE network. An error names the key that is wrong and what is allowed.
func parseConfig(data []byte) (model.Config, document, error) {
	var c model.Config
	doc, err := parseDocument(data)
	if err != nil {
		return c, doc, err
	}
	for _, f := range fixed {
		if err := doc.fixed(f.key, f.allowed, f.absent, f.why); err != nil {
			return c, doc, err
		}
	}
	r := reader{doc: doc}
	r.must(&c.Vocab, "vocab_size")
	r.must(&c.Hidden, "hidden_size")
	r.must(&c.Layers, "num_hidden_layers")
	r.must(&c.Heads, "num_attention_heads")
	r.must(&c.KVHeads, "num_key_value_heads")
	r.must(&c.Experts, "num_experts", "num_local_experts")
	r.must(&c.TopK, "num_experts_per_tok")
	r.must(&c.Inner, "moe_intermediate_size")
	tied := false
	c.NormEps, c.RopeBase, c.LBCoef, c.ZCoef, c.InitStd, c.LogitMult = defaultEps, defaultRope, defaultLBCoef, defaultZCoef, defaultStd, 1
	r.may(&c.HeadDim, "head_dim")
	r.may(&c.NormEps, "rms_norm_eps")
	r.may(&c.LBCoef, "router_aux_loss_coef")
	r.may(&c.ZCoef, keyZ)
	r.may(&c.InitStd, "initializer_range")
	r.may(&tied, "tie_word_embeddings")
	r.rope(&c.RopeBase)
	r.layerTypes()
	if r.err != nil {
		return c, doc, r.err
	}
	c.Untied = !tied
	if c.HeadDim == 0 && c.Heads > 0 {
		if c.Hidden%c.Heads != 0 {
			return c, doc, fmt.Errorf("head_dim is missing, and hidden_size (%d) is not a multiple of num_attention_heads (%d)", c.Hidden, c.Heads)
		}
		c.HeadDim = c.Hidden / c.Heads
	}
	if err := c.Validate(); err != nil {
		return c, doc, errors.New(ourNames.Replace(err.Error()))
	}
	return c, doc, nil
}

// ourNames turns the fields of [model.Config] into keys of the family.
var ourNames = strings.NewReplacer("model.vocab", "vocab_size", "model.hidden", "hidden_size", "model.layers", "num_hidden_layers",
	"model.heads", "num_attention_heads", "model.kv_heads", "num_key_value_heads", "model.head_dim", "head_dim", "model.experts", "num_experts",
	"model.top_k", "num_experts_per_tok", "model.inner", "moe_intermediate_size", "model.norm_eps", "rms_norm_eps", "model.rope_base", "rope_theta",
	"model.lb_coef", "router_aux_loss_coef", "model.z_coef", keyZ, "model.init_std", "initializer_range")

func (d document) fixed(key string, allowed []string, absent bool, why string) error {
	value, ok := d.values[key]
	if !ok {
		if absent {
			return nil
		}
		return fmt.Errorf("%s is missing; allowed is %s: %s", key, allowed[0], why)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, value); err != nil {
		return err
	}
	if slices.Contains(allowed, compact.String()) {
		return nil
	}
	return fmt.Errorf("%s is %s; allowed is %s: %s", key, brief(compact.String()), strings.Join(allowed, " or "), why)
}

// reader takes values out of a document and keeps the first error.
type reader struct {
	doc document
	err error
}

// may sets a value if the first of the keys that is there holds one, and reports whether it did.
func (r *reader) may(into any, keys ...string) bool {
	for _, key := range keys {
		value, ok := r.doc.values[key]
		if !ok || string(value) == "null" {
			continue
		}
		if err := json.Unmarshal(value, into); err != nil && r.err == nil {
			r.err = fmt.Errorf("%s is %s, which is not a value of its kind", key, brief(string(value)))
		}
		return true
	}
	return false
}

func (r *reader) must(into any, keys ...string) {
	if !r.may(into, keys...) && r.err == nil {
		r.err = fmt.Errorf("%s is missing", keys[0])
	}
}

// rope reads the base of the rotary embedding, which newer folders keep in a block of its own.
func (r *reader) rope(base *float64) {
	plain := r.may(base, "rope_theta")
	var nested struct {
		Type    *string  `json:"rope_type"`
		Theta   *float64 `json:"rope_theta"`
		Partial *float64 `json:"partial_rotary_factor"`
	}
	if !r.may(&nested, "rope_parameters") || r.err != nil {
		return
	}
	switch {
	case nested.Type != nil && *nested.Type != "default":
		r.err = fmt.Errorf("rope_parameters.rope_type is %q; allowed is default: the rotary embedding is not scaled here", *nested.Type)
	case nested.Partial != nil && *nested.Partial != 1:
		r.err = fmt.Errorf("rope_parameters.partial_rotary_factor is %g; allowed is 1: the whole head is rotated", *nested.Partial)
	case nested.Theta != nil && plain && *nested.Theta != *base:
		r.err = fmt.Errorf("rope_theta is %g, and %g in rope_parameters", *base, *nested.Theta)
	case nested.Theta != nil:
		*base = *nested.Theta
	}
}

func (r *reader) layerTypes() {
	var types []string
	if r.may(&types, "layer_types"); r.err != nil {
		return
	}
	for i, t := range types {
		if t != "full_attention" {
			r.err = fmt.Errorf("layer_types[%d] is %q; allowed is full_attention", i, t)
			return
		}
	}
}

// reshape is config.json for another shape: what changed is set, head_dim is spelled out because it no longer follows from the
// hidden size, and all other keys stay as they are.
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
		{"num_experts", c.Experts}, {"num_experts_per_tok", c.TopK}, {"moe_intermediate_size", c.Inner}, {"intermediate_size", c.Inner},
		{"norm_topk_prob", true}, {"hidden_act", "silu"}, {"attention_bias", false}, {"attention_dropout", decimal(0)},
		{"mlp_only_layers", []int{}}, {"decoder_sparse_step", 1}, {"use_sliding_window", false},
		{"rms_norm_eps", decimal(c.NormEps)}, {"rope_theta", decimal(c.RopeBase)}, {"rope_scaling", nil}, {"max_position_embeddings", 4096},
		{"initializer_range", decimal(c.InitStd)}, {"router_aux_loss_coef", decimal(c.LBCoef)}, {keyZ, decimal(c.ZCoef)}, {"tie_word_embeddings", !c.Untied},
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
