package record

import (
	"strconv"
	"strings"
)

// places are the words for what a checkpoint calls the tensors of a layer.
var places = map[string]string{
	"input_layernorm": "the norm before attention", "self_attn.q_proj": "the query projection",
	"self_attn.k_proj": "the key projection", "self_attn.v_proj": "the value projection",
	"self_attn.o_proj": "the output projection of attention", "self_attn.q_norm": "the norm of the queries",
	"self_attn.k_norm": "the norm of the keys", "post_attention_layernorm": "the norm before the experts",
	"mlp.gate": "the router", "gate_proj": "the gate projection", "up_proj": "the up-projection",
	"down_proj": "the down-projection", "embed_tokens": "the embedding", "norm": "the final norm",
	"lm_head": "the output projection",
}

// Place is where in a network something is: what ArmFrame.NotFinite names, taken apart.
type Place struct {
	Of            string // "the gradient of ", "the first moment of ", "the second moment of "; empty for a weight
	Part          string // as a checkpoint calls it within a layer or an expert; empty where it is no tensor
	Layer, Expert int    // −1 outside the layers, or of no expert
	words         string
}

// PlaceOf takes a name apart; what it does not know it leaves as it is.
func PlaceOf(name string) Place {
	p := Place{Layer: -1, Expert: -1, words: name}
	rest := name
	for _, of := range []string{"the gradient of ", "the first moment of ", "the second moment of "} {
		if cut, ok := strings.CutPrefix(name, of); ok {
			p.Of, rest = of, cut
		}
	}
	for _, side := range []string{"the residual stream before ", "the residual stream after "} {
		if layer, ok := strings.CutPrefix(name, side+"model.layers."); ok {
			p.Layer = index(layer)
			p.words = side + "layer " + strconv.Itoa(p.Layer+1)
			return p
		}
	}
	rest = strings.TrimSuffix(strings.TrimPrefix(rest, "model."), ".weight")
	if in, ok := strings.CutPrefix(rest, "layers."); ok {
		layer, part, _ := strings.Cut(in, ".")
		p.Layer, rest = index(layer), part
	}
	if in, ok := strings.CutPrefix(rest, "mlp.experts."); ok {
		expert, part, _ := strings.Cut(in, ".")
		p.Expert, rest = index(expert), part
	}
	words, ok := places[rest]
	if !ok {
		return p
	}
	p.Part = rest
	if p.words = p.Of + words; p.Expert >= 0 {
		p.words += " of expert " + strconv.Itoa(p.Expert+1)
	}
	if p.Layer >= 0 {
		p.words += " in layer " + strconv.Itoa(p.Layer+1)
	}
	return p
}

// index is a number of a name, −1 where it is none.
func index(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// String is what people call the place: "the gradient of the down-projection of expert 3 in layer 2".
func (p Place) String() string { return p.words }
