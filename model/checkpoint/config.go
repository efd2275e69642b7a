package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// ConfigName is the file that holds the shape of the network.
const ConfigName = "config.json"

// Defaults for keys that a folder may lack: those of the family, and for the z-loss, which the family does not know,
// OLMoE's. How new weights would begin is not read: they are there.
const (
	defaultRope   = 10000
	defaultEps    = 1e-6
	defaultLBCoef = 0.001
	defaultZCoef  = 0.001
	defaultStd    = 0.02
)

// keyZ is a key of our own.
const keyZ = "router_z_loss_coef"

// parseConfig reads config.json of a Qwen3-MoE network. An error names the key that is wrong and what is allowed. Every
// key is read, or must have one value, or is passed over; any other is refused.
func parseConfig(data []byte) (model.Config, document, error) {
	var c model.Config
	doc, err := parseDocument(data)
	if err != nil {
		return c, doc, err
	}
	r := reader{doc: doc, seen: map[string]bool{}}
	r.fixed()
	r.must(&c.Vocab, "vocab_size")
	r.must(&c.Hidden, "hidden_size")
	r.must(&c.Layers, "num_hidden_layers")
	r.must(&c.Heads, "num_attention_heads")
	r.must(&c.KVHeads, "num_key_value_heads")
	r.must(&c.TopK, "num_experts_per_tok")
	r.must(&c.Inner, "moe_intermediate_size")
	r.experts(&c.Experts)
	tied := false
	c.NormEps, c.RopeBase, c.AuxLossCoef, c.ZLossCoef, c.InitStd, c.LogitMult = defaultEps, defaultRope, defaultLBCoef,
		defaultZCoef, defaultStd, 1
	spelt := r.may(&c.HeadDim, "head_dim")
	r.may(&c.NormEps, "rms_norm_eps")
	r.may(&c.AuxLossCoef, "router_aux_loss_coef")
	r.may(&c.ZLossCoef, keyZ)
	r.may(&tied, "tie_word_embeddings")
	r.rope(&c.RopeBase)
	r.layerTypes(c.Layers)
	r.known()
	if r.err != nil {
		return c, doc, r.err
	}
	c.Untied = !tied
	if !spelt && c.Heads > 0 {
		if c.Hidden%c.Heads != 0 {
			return c, doc, fmt.Errorf("head_dim is missing, and hidden_size (%d) is not a multiple of "+
				"num_attention_heads (%d)", c.Hidden, c.Heads)
		}
		c.HeadDim = c.Hidden / c.Heads
	}
	if err := c.Validate(); err != nil {
		return c, doc, errors.New(ourNames.Replace(err.Error()))
	}
	return c, doc, nil
}

// ourNames turns the fields of [model.Config] into keys of the family.
var ourNames = strings.NewReplacer("model.vocab", "vocab_size", "model.hidden", "hidden_size", "model.layers",
	"num_hidden_layers",
	"model.heads", "num_attention_heads", "model.kv_heads", "num_key_value_heads", "model.head_dim", "head_dim",
	"model.experts", "num_experts",
	"model.top_k", "num_experts_per_tok", "model.inner", "moe_intermediate_size", "model.norm_eps", "rms_norm_eps",
	"model.rope_base", "rope_theta",
	"model.aux_loss_coef", "router_aux_loss_coef", "model.z_loss_coef", keyZ)

// reader takes values out of a document and keeps the first error.
type reader struct {
	doc  document
	seen map[string]bool // keys that were asked for
	err  error
}

// take is the value of a key, unless it is not there or null.
func (r *reader) take(key string) (json.RawMessage, bool) {
	r.seen[key] = true
	value, ok := r.doc.values[key]
	return value, ok && string(value) != "null"
}

// value reads the value of a key that is called name in messages.
func (r *reader) value(into any, name string, value json.RawMessage) {
	if err := json.Unmarshal(value, into); err != nil {
		r.fail("%s is %s, which is not a value of its kind", name, brief(string(compact(value))))
	}
}

// may sets a value if the key is there, and reports whether it is.
func (r *reader) may(into any, key string) bool {
	value, ok := r.take(key)
	if ok {
		r.value(into, key, value)
	}
	return ok
}

func (r *reader) must(into any, key string) {
	if !r.may(into, key) {
		r.fail("%s is missing", key)
	}
}

// experts reads their number, which newer folders may have under another name, or under both.
func (r *reader) experts(n *int) {
	const key, other = "num_experts", "num_local_experts"
	var local int
	if !r.may(&local, other) {
		r.must(n, key)
		return
	}
	if *n = local; r.may(n, key) && *n != local {
		r.fail("%s is %d, and %s is %d", key, *n, other, local)
	}
}

// compact is a JSON value on one line.
func compact(value json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return value
	}
	return b.Bytes()
}
