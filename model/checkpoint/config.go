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

// defaultStd stands for how new weights would begin, which is not read: they are there. For other keys that a folder
// may lack families have defaults, those of other programs; for the z-loss, which most do not know, OLMoE's.
const defaultStd = 0.02

// keyZ is a key of our own.
const keyZ = "router_z_loss_coef"

// described is a config.json, and what was found in it besides the network's shape.
type described struct {
	document
	family  *family
	longest int // tokens of a sequence; 0 for any number
}

// parseConfig reads config.json of a network of any family. An error names the key that is wrong and what is allowed.
// Every key is read, or must have one value, or is passed over; any other is refused.
func parseConfig(data []byte) (model.Config, described, error) {
	var c model.Config
	doc, err := parseDocument(data)
	if err != nil {
		return c, described{document: doc}, err
	}
	r := reader{doc: doc, seen: map[string]bool{}}
	f := r.family()
	c.Variant, c.NormEps, c.RopeBase, c.HeadDim = f.variant, f.eps, f.theta, f.headDim
	c.AuxLossCoef, c.ZLossCoef, c.InitStd, c.LogitMult = f.aux, f.z, defaultStd, 1
	r.fixed(f)
	r.must(&c.Vocab, "vocab_size")
	r.must(&c.Hidden, "hidden_size")
	r.must(&c.Layers, "num_hidden_layers")
	r.must(&c.Heads, "num_attention_heads")
	if c.KVHeads = c.Heads; !r.may(&c.KVHeads, "num_key_value_heads") && !f.kvLikeHeads {
		r.fail("num_key_value_heads is missing")
	}
	r.must(&c.Inner, f.inner)
	r.routed(&c, f)
	tied := false
	spelt := r.may(&c.HeadDim, "head_dim") || f.headDim > 0
	r.may(&c.NormEps, "rms_norm_eps")
	r.may(&tied, "tie_word_embeddings")
	longest := r.rope(&c)
	r.layerTypes(c.Layers)
	r.known(strings.Fields(f.passed)...)
	found := described{doc, f, longest}
	if r.err != nil {
		return c, found, r.err
	}
	c.Untied = !tied
	if !spelt && c.Heads > 0 {
		if c.Hidden%c.Heads != 0 {
			return c, found, fmt.Errorf("head_dim is missing, and hidden_size (%d) is not a multiple of "+
				"num_attention_heads (%d)", c.Hidden, c.Heads)
		}
		c.HeadDim = c.Hidden / c.Heads
	}
	if err := c.Validate(); err != nil {
		return c, found, errors.New(f.keys(err.Error()))
	}
	return c, found, nil
}

// keys turns the fields of [model.Config] into keys of the family.
func (f *family) keys(text string) string {
	experts := "num_experts"
	if len(f.experts) > 0 {
		experts = f.experts[0]
	}
	return strings.NewReplacer("model.vocab", "vocab_size", "model.hidden", "hidden_size", "model.layers",
		"num_hidden_layers", "model.heads", "num_attention_heads", "model.kv_heads", "num_key_value_heads",
		"model.head_dim", "head_dim", "model.experts", experts, "model.top_k", "num_experts_per_tok",
		"model.inner", f.inner, "model.norm_eps", "rms_norm_eps", "model.rope_base", "rope_theta",
		"model.aux_loss_coef", "router_aux_loss_coef", "model.z_loss_coef", keyZ,
		"model.rope_scaling", "rope_scaling").Replace(text)
}

// family reads which it is; where that is none of those here, the first stands for it.
func (r *reader) family() *family {
	const key = "model_type"
	var name string
	if !r.may(&name, key) {
		r.fail("%s is missing; allowed is %s", key, strings.Join(familyNames(), " or "))
		return families[0]
	}
	f, ok := familyOf(name)
	if !ok {
		r.fail("%s is %q; allowed is %s: only these families are read", key, short(name),
			strings.Join(familyNames(), " or "))
		return families[0]
	}
	return f
}

// routed reads what only families with experts have.
func (r *reader) routed(c *model.Config, f *family) {
	if len(f.experts) == 0 {
		c.Experts, c.TopK = 1, 1
		return
	}
	r.must(&c.TopK, "num_experts_per_tok")
	r.experts(&c.Experts, f.experts)
	if f.topK {
		sums := false
		r.may(&sums, "norm_topk_prob")
		c.RawTopK = !sums
	}
	r.may(&c.AuxLossCoef, "router_aux_loss_coef")
	r.may(&c.ZLossCoef, keyZ)
}

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
func (r *reader) experts(n *int, keys []string) {
	found := ""
	for _, key := range keys {
		var x int
		if !r.may(&x, key) {
			continue
		}
		if found != "" && x != *n {
			r.fail("%s is %d, and %s is %d", found, *n, key, x)
		}
		*n, found = x, key
	}
	if found == "" {
		r.fail("%s is missing", keys[0])
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
