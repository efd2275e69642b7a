package checkpoint

import (
	"encoding/json"
	"slices"
)

// attentions are the types of layer that a block may be for; every layer here has the first.
var attentions = []string{"full_attention", "sliding_attention", "chunked_attention", "linear_attention"}

// rope reads the base of the rotary embedding. It stands beside the other keys, or in rope_parameters, or there in a
// block for every type of layer; older folders have a scaling in rope_scaling, with the key type or rope_type. Wherever
// it stands twice it must be the same.
func (r *reader) rope(base *float64) {
	where := ""
	theta := func(name string, value json.RawMessage) {
		var x float64
		r.value(&x, name, value)
		if where != "" && x != *base {
			r.fail("%s is %g, and %s is %g", where, *base, name, x)
		}
		*base, where = x, name
	}
	if value, ok := r.take("rope_theta"); ok {
		theta("rope_theta", value)
	}
	for _, key := range []string{"rope_scaling", "rope_parameters"} {
		if value, ok := r.take(key); ok {
			r.rotation(key, value, theta)
		}
	}
}

// rotation reads one block about the rotary embedding.
func (r *reader) rotation(name string, text json.RawMessage, theta func(name string, value json.RawMessage)) {
	doc, err := parseDocument(text)
	if err != nil {
		r.fail("%s is %s: %w", name, brief(string(compact(text))), err)
		return
	}
	in := reader{doc: doc, seen: map[string]bool{"original_max_position_embeddings": true}}
	factor, part := 1.0, 1.0
	once := in.may(&factor, "factor") && factor == 1 // linear scaling by 1 is none
	in.may(&part, "partial_rotary_factor")
	for _, key := range []string{"rope_type", "type"} {
		kind := "default"
		in.may(&kind, key)
		if kind != "default" && (kind != "linear" || !once) {
			in.fail("%s is %q; allowed is default: the rotary embedding is not scaled here", key, short(kind))
		}
	}
	if factor != 1 {
		in.fail("factor is %g; allowed is 1: the rotary embedding is not scaled here", factor)
	}
	if part != 1 {
		in.fail("partial_rotary_factor is %g; allowed is 1: the whole head is rotated", part)
	}
	if value, ok := in.take("rope_theta"); ok {
		theta(name+".rope_theta", value)
	}
	for i, kind := range attentions {
		value, ok := in.take(kind)
		switch {
		case ok && i == 0:
			r.rotation(name+"."+kind, value, theta)
		case ok && slices.Index(doc.keys, attentions[0]) < 0:
			in.fail("%s is missing, and every layer has that type", attentions[0])
		}
	}
	in.known()
	if in.err != nil {
		r.fail("%s.%w", name, in.err)
	}
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
