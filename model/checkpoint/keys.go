package checkpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// fixedKey is a key that must have one value, or may be absent where that means the same: what else it asks for is not
// computed here. Values are JSON; null is as good as absent.
type fixedKey struct {
	key     string
	allowed []string
	absent  bool
	why     string
}

// fixed are those of all families; what a family says of a key goes before.
var fixed = []fixedKey{
	{"hidden_act", []string{`"silu"`, `"swish"`}, true, "experts are SwiGLU"},
	{"attention_bias", []string{"false"}, true, "matrices have no biases here"},
	{"qkv_bias", []string{"false"}, true, "matrices have no biases here"},
	{"mlp_bias", []string{"false"}, true, "matrices have no biases here"},
	{"attention_dropout", []string{"0"}, true, "nothing is left out by chance here"},
	{"partial_rotary_factor", []string{"1"}, true, "the whole head is rotated"},
	{"num_nextn_predict_layers", []string{"0"}, true, "one token is predicted"},
	{"use_mrope", []string{"false"}, true, "a token has one position"},
	{"use_sliding_window", []string{"false"}, true, "attention sees the whole sequence"},
	{"per_layer_config", []string{"{}"}, true, "all layers have one shape"},
	{"pruned_heads", []string{"{}"}, true, "all heads are there"},
	{"is_encoder_decoder", []string{"false"}, true, "only networks that decode are read"},
	{"add_cross_attention", []string{"false"}, true, "only networks that decode are read"},
	{"cross_attention_hidden_size", nil, true, "only networks that decode are read"},
	{"tie_encoder_decoder", []string{"false"}, true, "only networks that decode are read"},
	{"auto_map", nil, true, "code that comes with a network is not run"},
	{"quantization_config", nil, true, "weights are F32, BF16 or F16"},
	{"quantization", nil, true, "weights are F32, BF16 or F16"},
	{"compression_config", nil, true, "weights are F32, BF16 or F16"},
}

// passed are keys that change nothing that is computed here, whatever they say: about tokens, about how text is
// generated or a network is trained and classified with, about programs, about how weights begin and how long sequences
// may be.
var passed = strings.Fields(`
	architectures dtype torch_dtype transformers_version transformers.js_config name_or_path model_name tokenizer_class
	_name_or_path _commit_hash _comment _attn_implementation _attn_implementation_autoset _attn_implementation_internal
	_experts_implementation _experts_implementation_internal attn_implementation experts_implementation
	unsloth_fixed unsloth_version use_cache cache_implementation use_bfloat16 torchscript tf_legacy_loss
	gradient_checkpointing
	bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id prefix is_decoder
	initializer_range max_position_embeddings original_max_position_embeddings max_window_layers
	sliding_window
	output_router_logits output_attentions output_hidden_states return_dict return_dict_in_generate output_scores
	chunk_size_feed_forward remove_invalid_values finetuning_task task_specific_params problem_type num_labels id2label
	label2id
	do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p min_p typical_p
	epsilon_cutoff eta_cutoff
	penalty_alpha repetition_penalty length_penalty exponential_decay_length_penalty no_repeat_ngram_size
	encoder_no_repeat_ngram_size
	bad_words_ids num_return_sequences max_length min_length max_new_tokens min_new_tokens forced_bos_token_id
	forced_eos_token_id
	suppress_tokens begin_suppress_tokens`)

// fixed errs where a key does not have the one value that it may have.
func (r *reader) fixed(family *family) {
	for _, f := range slices.Concat(family.fixed, fixed) {
		if r.seen[f.key] {
			continue
		}
		var value any
		there := r.may(&value, f.key)
		switch {
		case !there && f.absent:
		case !there:
			r.fail("%s is missing; allowed is %s: %s", f.key, f.allowed[0], f.why)
		case !slices.ContainsFunc(f.allowed, func(text string) bool { return same(value, text) }):
			allowed := f.allowed
			if f.absent {
				allowed = append(slices.Clone(allowed), "null")
			}
			r.fail("%s is %s; allowed is %s: %s", f.key, brief(string(compact(r.doc.values[f.key]))),
				strings.Join(allowed, " or "), f.why)
		}
	}
}

// same reports whether a value is the one of a JSON text, however it is spelt there.
func same(value any, text string) bool {
	var want any
	return json.Unmarshal([]byte(text), &want) == nil && reflect.DeepEqual(value, want)
}

// known errs where there is a key that is neither read nor passed over: it may change what the network computes. Null
// says nothing under any key.
func (r *reader) known(more ...string) {
	for _, key := range append(more, passed...) {
		r.seen[key] = true
	}
	for _, key := range r.doc.keys {
		if !r.seen[key] && string(r.doc.values[key]) != "null" {
			r.fail("%s is not known here, and may change what the network computes%s", brief(key),
				similar(key, maps.Keys(r.seen)))
		}
	}
}

// fail keeps the first error.
func (r *reader) fail(format string, values ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, values...)
	}
}
