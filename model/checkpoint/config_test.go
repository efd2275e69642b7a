package checkpoint

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// real is config.json as folders of the family have it.
const real = `{
  "architectures": ["Qwen3MoeForCausalLM"],
  "attention_bias": false,
  "decoder_sparse_step": 1,
  "head_dim": 8,
  "hidden_act": "silu",
  "hidden_size": 24,
  "initializer_range": 0.02,
  "intermediate_size": 6144,
  "mlp_only_layers": [],
  "model_type": "qwen3_moe",
  "moe_intermediate_size": 10,
  "norm_topk_prob": true,
  "num_attention_heads": 4,
  "num_experts": 6,
  "num_experts_per_tok": 2,
  "num_hidden_layers": 2,
  "num_key_value_heads": 2,
  "rms_norm_eps": 1e-06,
  "rope_scaling": null,
  "rope_theta": 1000000.0,
  "router_aux_loss_coef": 0.001,
  "sliding_window": null,
  "tie_word_embeddings": false,
  "torch_dtype": "bfloat16",
  "use_sliding_window": false,
  "vocab_size": 31
}
`

// changed is the config with keys set to JSON texts; "" takes a key away.
func changed(t testing.TB, changes map[string]string) []byte {
	var c map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(real), &c))
	for key, value := range changes {
		if value == "" {
			delete(c, key)
		} else {
			c[key] = json.RawMessage(value)
		}
	}
	data, err := json.Marshal(c)
	require.NoError(t, err)
	return data
}

func TestConfigIsReadAsTheFamilyMeansIt(t *testing.T) {
	base := model.Config{
		Vocab: 31, Hidden: 24, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, Experts: 6, TopK: 2, Inner: 10,
		NormEps: 1e-6, RopeBase: 1e6, AuxLossCoef: 0.001, ZLossCoef: 0.001, InitStd: 0.02, LogitMult: 1, Untied: true,
	}
	for name, c := range map[string]struct {
		changes map[string]string
		want    func(*model.Config)
	}{
		"as it is": {nil, func(*model.Config) {}},
		"tied": {map[string]string{"tie_word_embeddings": "true"},
			func(c *model.Config) { c.Untied = false }},
		"tying left out":    {map[string]string{"tie_word_embeddings": ""}, func(*model.Config) {}},
		"head_dim left out": {map[string]string{"head_dim": ""}, func(c *model.Config) { c.HeadDim = 6 }},
		"head_dim null":     {map[string]string{"head_dim": "null"}, func(c *model.Config) { c.HeadDim = 6 }},
		"nested rope": {map[string]string{"rope_theta": "",
			"rope_parameters": `{"rope_type": "default", "rope_theta": 5e5}`},
			func(c *model.Config) { c.RopeBase = 5e5 }},
		"rope left out": {map[string]string{"rope_theta": ""}, func(c *model.Config) { c.RopeBase = 10000 }},
		"experts by newer name": {map[string]string{"num_experts": "", "num_local_experts": "6"},
			func(*model.Config) {}},
		"balance": {map[string]string{"router_aux_loss_coef": "0.01", keyZ: "0"},
			func(c *model.Config) { c.AuxLossCoef, c.ZLossCoef = 0.01, 0 }},
		"norm": {map[string]string{"rms_norm_eps": "1e-5"},
			func(c *model.Config) { c.NormEps = 1e-5 }},
		"rope by the old name": {map[string]string{"rope_theta": "",
			"rope_parameters": `{"type": "default", "rope_theta": 5e5}`}, func(c *model.Config) { c.RopeBase = 5e5 }},
		"rope of every layer type": {map[string]string{"rope_theta": "",
			"rope_parameters": `{"full_attention": {"rope_type": "default", "rope_theta": 5e5}, "sliding_attention": ` +
				`{"rope_type": "yarn", "factor": 8, "rope_theta": 1e4}}`}, func(c *model.Config) { c.RopeBase = 5e5 }},
		"rope three times": {map[string]string{
			"rope_scaling":    `{"rope_type": "default", "rope_theta": 1000000}`,
			"rope_parameters": `{"full_attention": {"rope_theta": 1e6}}`}, func(*model.Config) {}},
		"defaults of rope": {map[string]string{
			"rope_scaling": `{"rope_type": "default", "type": null, "factor": 1.0, "partial_rotary_factor": 1, ` +
				`"original_max_position_embeddings": 32768}`}, func(*model.Config) {}},
		"scaled by eight": {map[string]string{
			"rope_parameters": `{"type": "linear", "factor": 8.0, "rope_theta": 1e6}`},
			func(c *model.Config) { c.Rope = model.RopeScaling{Kind: model.Linear, Factor: 8} }},
		"scaled as YaRN does": {map[string]string{"max_position_embeddings": "64",
			"rope_scaling": `{"type": "yarn", "factor": 4.0}`},
			func(c *model.Config) {
				c.Rope = model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 64, Slow: 1, Fast: 32,
					Attention: model.YaRNAttention(4)}
			}},
		"scaled as YaRN does, all said": {map[string]string{"max_position_embeddings": "64",
			"rope_scaling": `{"rope_type": "yarn", "type": "yarn", "factor": 4, "beta_fast": 16, "beta_slow": 2, ` +
				`"attention_factor": 1.5, "original_max_position_embeddings": 32, "truncate": true}`},
			func(c *model.Config) {
				c.Rope = model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 32, Slow: 2, Fast: 16, Attention: 1.5}
			}},
		"scaled as Llama 3 is": {map[string]string{"rope_scaling": `{"rope_type": "llama3", "factor": 8, ` +
			`"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}`},
			func(c *model.Config) {
				c.Rope = model.RopeScaling{Kind: model.Llama3, Factor: 8, Original: 8192, Slow: 1, Fast: 4}
			}},
		"scaled where it is longer": {map[string]string{"max_position_embeddings": "64",
			"rope_scaling": `{"type": "dynamic", "factor": 4.0}`}, func(*model.Config) {}},
		"weights as the router gives them": {map[string]string{"norm_topk_prob": "false"},
			func(c *model.Config) { c.RawTopK = true }},
		"nothing said of weights": {map[string]string{"norm_topk_prob": ""},
			func(c *model.Config) { c.RawTopK = true }},
		"scaled by one": {map[string]string{"rope_scaling": `{"type": "linear", "factor": 1.0}`},
			func(*model.Config) {}},
		"empty rope": {map[string]string{"rope_scaling": `{}`, "rope_parameters": "null"},
			func(*model.Config) {}},
		"experts by both names": {map[string]string{"num_local_experts": "6"}, func(*model.Config) {}},
		"defaults spelt out": {map[string]string{"sliding_window": "4096", "use_sliding_window": "null",
			"attention_dropout": "0.0", "partial_rotary_factor": "1.0", "decoder_sparse_step": "1e0",
			"mlp_only_layers": "[ ]",
			"hidden_act":      `"swish"`, "shared_expert_intermediate_size": "0", "quantization_config": "null",
			"auto_map": "null", "pruned_heads": "{}"}, func(*model.Config) {}},
		"all that is passed over": {everything(), func(*model.Config) {}},
		"null under any key":      {map[string]string{"attention_gate": "null"}, func(*model.Config) {}},
		"full attention spelt": {map[string]string{"layer_types": `["full_attention", "full_attention"]`},
			func(*model.Config) {}},
		"no list of dense layers": {map[string]string{"mlp_only_layers": "null"}, func(*model.Config) {}},
	} {
		t.Run(name, func(t *testing.T) {
			want := base
			c.want(&want)
			got, _, err := parseConfig(changed(t, c.changes))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

// everything is every key that is passed over, with a value that would matter if it were not.
func everything() map[string]string {
	all := map[string]string{}
	for _, key := range append(strings.Fields(qwen3MoE.passed), passed...) {
		all[key] = `{"x": [1, "y", false]}`
	}
	return all
}

// The lists of the documentation are those of the program: what is read, what must have one value, what is passed over.
func TestTheDocumentationNamesEveryKeyOfTheConfig(t *testing.T) {
	text, err := os.ReadFile("../../docs/checkpoints.md")
	require.NoError(t, err)
	_, doc, err := parseConfig(changed(t, nil))
	require.NoError(t, err)
	keys, all := slices.Concat(doc.keys, passed), fixed
	for _, f := range families {
		assert.True(t, strings.Contains(string(text), "`"+f.model+"`"), f.model)
		keys, all = slices.Concat(keys, strings.Fields(f.passed), f.experts, []string{f.inner}), append(all, f.fixed...)
	}
	for _, key := range keys {
		assert.True(t, strings.Contains(string(text), "`"+key+"`"), key)
	}
	for _, f := range all {
		assert.True(t, strings.Contains(string(text), "`"+f.key+"`"), f.key)
	}
}

// Of a network that is not of the family, or that would be computed otherwise, the error names the key.
func TestConfigOfAnotherFamilyNamesTheKey(t *testing.T) {
	for name, c := range map[string]struct{ key, value, says string }{
		"another family":     {"model_type", `"gemma"`, `model_type is "gemma"`},
		"no family":          {"model_type", ``, "model_type is missing"},
		"sums of words":      {"norm_topk_prob", `"yes"`, "norm_topk_prob is"},
		"another activation": {"hidden_act", `"gelu"`, `hidden_act is "gelu"; allowed is "silu"`},
		"biases":             {"attention_bias", `true`, "attention_bias is true"},
		"scaled rope": {"rope_scaling", `{"rope_type": "longrope", "factor": 4.0}`,
			`rope_scaling.rope_type is "longrope"; allowed are default, linear, dynamic, yarn and llama3`},
		"scaled rope, nested": {"rope_parameters", `{"rope_type": "su"}`, `rope_parameters.rope_type is "su"`},
		"scaled from what": {"rope_scaling", `{"rope_type": "yarn", "factor": 4.0}`,
			"max_position_embeddings is missing"},
		"scaled by a hair": {"rope_scaling", `{"rope_type": "yarn", "factor": 4.0, "beta_fast": 1, ` +
			`"original_max_position_embeddings": 64}`, "rope_scaling.slow and fast are 1 and 1"},
		"scaled to what": {"rope_scaling", `{"rope_type": "dynamic", "factor": 4.0}`,
			"max_position_embeddings is missing"},
		"scaled by halves": {"rope_scaling", `{"rope_type": "yarn", "factor": 4.0, "truncate": false, ` +
			`"original_max_position_embeddings": 64}`, "rope_scaling.truncate is false; allowed is true"},
		"scaled as DeepSeek": {"rope_scaling", `{"rope_type": "yarn", "factor": 4.0, "mscale": 1, ` +
			`"original_max_position_embeddings": 64}`, "rope_scaling.mscale is not known here"},
		"scaled as Llama 3, in part": {"rope_scaling", `{"rope_type": "llama3", "factor": 4.0}`,
			"rope_scaling.low_freq_factor is missing"},
		"shrunk":         {"rope_scaling", `{"rope_type": "linear", "factor": 0.5}`, "rope_scaling.factor is 0.5"},
		"scaled by none": {"rope_scaling", `{"rope_type": "linear"}`, "rope_scaling.factor is missing"},
		"two ropes": {"rope_parameters", `{"rope_theta": 5}`,
			"rope_theta is 1e+06, and rope_parameters.rope_theta is 5"},
		"two types": {"rope_scaling", `{"rope_type": "default", "type": "dynamic"}`,
			`rope_scaling.type is "dynamic"`},
		"a factor alone": {"rope_scaling", `{"factor": 8.0}`, "rope_scaling.factor is 8; allowed is 1"},
		"scaled for a layer type": {"rope_parameters", `{"full_attention": {"rope_type": "mrope", "factor": 4}}`,
			`rope_parameters.full_attention.rope_type is "mrope"`},
		"scaled twice": {"rope_parameters", `{"rope_type": "linear", "factor": 4, "full_attention": ` +
			`{"rope_type": "linear", "factor": 2}}`,
			"rope_parameters.full_attention.rope_type asks for another rotary embedding than"},
		"another base for a type": {"rope_parameters", `{"full_attention": {"rope_theta": 5}}`,
			"rope_theta is 1e+06, and rope_parameters.full_attention.rope_theta is 5"},
		"no base for our type": {"rope_parameters", `{"sliding_attention": {"rope_theta": 5}}`,
			"rope_parameters.full_attention is missing"},
		"unknown within rope": {"rope_parameters", `{"mrope_section": [1, 2]}`,
			"rope_parameters.mrope_section is not known"},
		"unknown within a type": {"rope_parameters", `{"full_attention": {"Rope_Type": "yarn"}}`,
			"rope_parameters.full_attention.Rope_Type is not known here, and may change what the network computes; " +
				"rope_type is spelt otherwise"},
		"rope by word": {"rope_scaling", `"linear"`, `rope_scaling is "linear": it is not a JSON object`},
		"rope twice":   {"rope_scaling", `{"type": "default", "type": "linear"}`, "rope_scaling is"},
		"base of words": {"rope_parameters", `{"rope_theta": "1e6"}`,
			`rope_parameters.rope_theta is "1e6", which is not a value of its kind`},
		"half rotated everywhere": {"partial_rotary_factor", `0.5`,
			"partial_rotary_factor is 0.5; allowed is 1 or null"},
		"unknown": {"router_jitter_noise", `0.01`,
			"router_jitter_noise is not known here, and may change what the network computes"},
		"unknown block": {"text_config", `{}`, "text_config is not known"},
		"in another case": {"Hidden_Size", `48`, "Hidden_Size is not known here, and may change what the " +
			"network computes; hidden_size is spelt otherwise"},
		"passed in another case": {"Use_Cache", `true`, "use_cache is spelt otherwise"},
		"code of its own":        {"auto_map", `{"AutoModel": "modeling.X"}`, "auto_map is"},
		"other layers":           {"per_layer_config", `{"0": {"hidden_act": "gelu"}}`, "per_layer_config is"},
		"an expert for all":      {"shared_expert_intermediate_size", `8`, "shared_expert_intermediate_size is 8"},
		"dropout":                {"attention_dropout", `0.1`, "attention_dropout is 0.1; allowed is 0 or null"},
		"experts by two numbers": {"num_local_experts", `8`, "num_experts is 6, and num_local_experts is 8"},
		"too few types":          {"layer_types", `["full_attention"]`, "layer_types has 1 entries for 2 layers"},
		"no head dim":            {"head_dim", `0`, "head_dim is 0; allowed are 1 to"},
		"less than no layer":     {"num_hidden_layers", `-2`, "num_hidden_layers is -2; allowed are 1 to"},
		"exponent for a size":    {"hidden_size", `2.4e1`, "hidden_size is 2.4e1, which is not a value of its kind"},
		"beyond all numbers":     {"num_experts", `100000000000000000000`, "num_experts is 100000000000000000000"},
		"a list for a size":      {"vocab_size", `[31]`, "vocab_size is [31]"},
		"yes for a size":         {"num_experts", `true`, "num_experts is true"},
		"no norm":                {"rms_norm_eps", `-1`, "rms_norm_eps is -1"},
		"half rotated": {"rope_parameters", `{"partial_rotary_factor": 0.5}`,
			"partial_rotary_factor is 0.5"},
		"dense layers":         {"mlp_only_layers", `[0]`, "mlp_only_layers is [0]"},
		"every other layer":    {"decoder_sparse_step", `2`, "decoder_sparse_step is 2; allowed is 1"},
		"sliding window":       {"use_sliding_window", `true`, "use_sliding_window is true"},
		"sliding layers":       {"layer_types", `["full_attention", "sliding_attention"]`, "layer_types[1]"},
		"quantised":            {"quantization_config", `{"quant_method": "fp8"}`, "quantization_config"},
		"no hidden size":       {"hidden_size", ``, "hidden_size is missing"},
		"hidden size of words": {"hidden_size", `"24"`, `hidden_size is "24", which is not a value of its kind`},
		"fraction of a layer":  {"num_hidden_layers", `1.5`, "num_hidden_layers is 1.5"},
		"no kv heads":          {"num_key_value_heads", ``, "num_key_value_heads is missing"},
		"too many layers":      {"num_hidden_layers", `1000000`, "num_hidden_layers is 1000000; allowed are 1 to"},
		"vocabulary of none":   {"vocab_size", `0`, "vocab_size is 0"},
		"kv heads do not fit": {"num_key_value_heads", `3`,
			"num_attention_heads is 4; it must be a multiple of num_key_value_heads (3)"},
		"odd head": {"head_dim", `7`, "head_dim is 7; it must be even"},
		"more than all": {"num_experts_per_tok", `7`,
			"num_experts_per_tok is 7; it cannot exceed num_experts (6)"},
		"endless":      {"rms_norm_eps", `1e999`, "rms_norm_eps"},
		"tied by word": {"tie_word_embeddings", `"yes"`, "tie_word_embeddings"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := parseConfig(changed(t, map[string]string{c.key: c.value}))
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.says)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	for text, says := range map[string]string{
		``: "not a JSON object", `[]`: "not a JSON object", `{"model_type": "qwen3_moe"`: "cut short",
		`{"model_type": "qwen3`: "cut short", `{"a": [1`: "cut short", `{"a": 1, "a": 2}`: "a is there twice",
		`{"a": NaN}`: "a: invalid", strings.Replace(real, `"hidden_size"`, `"hidden_size": 48, "hidden_size"`,
			1): "hidden_size is there twice", real + "{}": "more follows",
	} {
		_, _, err := parseConfig([]byte(text))
		assert.ErrorContains(t, err, says, text)
	}
}

// Keys that a widening does not touch keep their order and every digit; head_dim no longer follows from the hidden size
// and is spelt out.
func TestReshapedConfigKeepsWhatItDoesNotChange(t *testing.T) {
	c, doc, err := parseConfig([]byte(strings.Replace(real, `  "head_dim": 8,`+"\n", "", 1)))
	require.NoError(t, err)
	to := c
	to.Hidden, to.Inner = 48, 15
	want := strings.Replace(real, `  "head_dim": 8,`+"\n", "", 1)
	want = strings.Replace(want, `"hidden_size": 24`, `"hidden_size": 48`, 1)
	want = strings.Replace(want, `"moe_intermediate_size": 10`, `"moe_intermediate_size": 15`, 1)
	want = strings.Replace(want, `"vocab_size": 31`, `"vocab_size": 31,`+"\n"+`  "head_dim": 6`, 1)
	assert.Equal(t, want, string(doc.reshape(c, to).encode()))
	got, _, err := parseConfig(doc.reshape(c, to).encode())
	require.NoError(t, err)
	assert.Equal(t, to, got)
	assert.Equal(t, 24, c.Hidden, "the old document is as it was")
}

// Any text gives a network that can be, or an error of one line; what was read can be written and read again.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(real))
	f.Add([]byte(`{"model_type":"qwen3_moe","norm_topk_prob":true}`))
	f.Add(changed(f, map[string]string{
		"rope_parameters": `{"full_attention":{"type":"default"},"sliding_attention":{}}`, "num_local_experts": "6"}))
	f.Add(changed(f, map[string]string{"rope_parameters": `{"rope_theta":1}`, "layer_types": `[]`, "head_dim": ""}))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, doc, err := parseConfig(data)
		if err != nil {
			return
		}
		require.NoError(t, c.Validate())
		again, _, err := parseConfig(doc.encode())
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
