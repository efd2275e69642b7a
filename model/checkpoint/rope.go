package checkpoint

import (
	"encoding/json"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
)

// attentions are the types of layer that a block may be for; every layer here has the first.
var attentions = []string{"full_attention", "sliding_attention", "chunked_attention", "linear_attention"}

// rotary is what config.json says of the rotary embedding, in all the places where it may.
type rotary struct {
	base           float64
	baseAt, typeAt string // where the base and the scaling stand; empty while nothing was said
	scaled
}

// scaled is a scaling, and the most tokens of a sequence for which it is that; 0 for any number.
type scaled struct {
	scaling model.RopeScaling
	longest int
}

// rope reads the rotary embedding: its base, which stands beside the other keys, or in rope_parameters, or there in a
// block for every type of layer; and its scaling, which older folders have in rope_scaling, with the key type or
// rope_type. Wherever something stands twice it must be the same. It returns the most tokens that a sequence may have,
// 0 for any number.
func (r *reader) rope(c *model.Config) int {
	all := rotary{base: c.RopeBase}
	if value, ok := r.take("rope_theta"); ok {
		r.theta(&all, "rope_theta", value)
	}
	for _, key := range []string{"rope_scaling", "rope_parameters"} {
		if value, ok := r.take(key); ok {
			r.rotation(&all, key, value)
		}
	}
	c.RopeBase, c.Rope = all.base, all.scaling
	return all.longest
}

// theta reads the base.
func (r *reader) theta(all *rotary, name string, value json.RawMessage) {
	var x float64
	r.value(&x, name, value)
	if all.baseAt != "" && x != all.base {
		r.fail("%s is %g, and %s is %g", all.baseAt, all.base, name, x)
	}
	all.base, all.baseAt = x, name
}

// rotation reads one block about the rotary embedding.
func (r *reader) rotation(all *rotary, name string, text json.RawMessage) {
	doc, err := parseDocument(text)
	if err != nil {
		r.fail("%s is %s: %w", name, brief(string(compact(text))), err)
		return
	}
	in := reader{doc: doc, seen: map[string]bool{"original_max_position_embeddings": true}}
	part := 1.0
	if in.may(&part, "partial_rotary_factor"); part != 1 {
		in.fail("partial_rotary_factor is %g; allowed is 1: the whole head is rotated", part)
	}
	said, key := in.kind()
	var x scaled
	if in.err == nil {
		x = in.scaling(said, key, func() (longest int) {
			r.must(&longest, "max_position_embeddings")
			return longest
		})
	}
	switch where := name + "." + key; {
	case key == "":
	case all.typeAt != "" && x != all.scaled:
		in.fail("%s asks for another rotary embedding than %s", key, all.typeAt)
	default:
		all.scaled, all.typeAt = x, where
	}
	if value, ok := in.take("rope_theta"); ok {
		r.theta(all, name+".rope_theta", value)
	}
	for i, kind := range attentions {
		value, ok := in.take(kind)
		switch {
		case ok && i == 0:
			r.rotation(all, name+"."+kind, value)
		case ok && slices.Index(doc.keys, attentions[0]) < 0:
			in.fail("%s is missing, and every layer has that type", attentions[0])
		}
	}
	in.known()
	if in.err != nil {
		r.fail("%s.%w", name, in.err)
	}
}

// kind is the type of a scaling, and the key that says so; both are empty where none does.
func (r *reader) kind() (said, at string) {
	for _, key := range []string{"rope_type", "type"} {
		var kind string
		if !r.may(&kind, key) {
			continue
		}
		if at != "" && kind != said {
			r.fail("%s is %q, and %s is %q", key, short(kind), at, short(said))
		}
		said, at = kind, key
	}
	return said, at
}

// scaling reads what a block says of a scaling of that kind; positions is the longest sequence that config.json speaks
// of.
func (r *reader) scaling(kind, key string, positions func() int) (x scaled) {
	factor := 1.0
	spelt := r.may(&factor, "factor")
	s := model.RopeScaling{Kind: model.RopeKind(kind), Factor: factor}
	switch kind {
	case "", "default":
		if factor != 1 {
			r.fail("factor is %g; allowed is 1 where no rope_type says what it scales", factor)
		}
		return x
	case "linear":
	case "dynamic": // nothing is scaled up to the length that the network was made for
		if x.longest = positions(); r.doc.values["original_max_position_embeddings"] != nil {
			x.longest = min(x.longest, r.original(positions))
		}
	case "yarn":
		s.Original, s.Fast, s.Slow, s.Attention = r.original(positions), 32, 1, model.YaRNAttention(factor)
		r.may(&s.Fast, "beta_fast")
		r.may(&s.Slow, "beta_slow")
		r.may(&s.Attention, "attention_factor")
		whole := true
		if r.may(&whole, "truncate"); !whole {
			r.fail("truncate is false; allowed is true: the pairs that are mixed are counted whole")
		}
	case "llama3":
		r.must(&s.Slow, "low_freq_factor")
		r.must(&s.Fast, "high_freq_factor")
		r.must(&s.Original, "original_max_position_embeddings")
	default:
		r.fail("%s is %q; allowed are default, linear, dynamic, yarn and llama3", key, short(kind))
		return x
	}
	if !spelt {
		r.fail("factor is missing")
	}
	if kind != "dynamic" && factor != 1 { // by 1 nothing is scaled, whatever the kind
		x.scaling = s
	}
	return x
}

// original is the longest sequence before the scaling.
func (r *reader) original(positions func() int) (n int) {
	if !r.may(&n, "original_max_position_embeddings") {
		return positions()
	}
	return n
}

// layerTypes reads the type of every layer.
func (r *reader) layerTypes(layers int) {
	var types []string
	if !r.may(&types, "layer_types") {
		return
	}
	for i, t := range types {
		if t != attentions[0] {
			r.fail("layer_types[%d] is %q; allowed is %s", i, short(t), attentions[0])
		}
	}
	if len(types) != layers {
		r.fail("layer_types has %d entries for %d layers", len(types), layers)
	}
}
