package checkpoint

import (
	"fmt"
	"maps"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// family is how one kind of checkpoint spells a network: what its networks are, the names of their tensors, and the
// keys of its config.json. A new one is a file that declares it, and its line in families.
type family struct {
	model        string        // model_type in config.json
	architecture string        // the entry of architectures there
	variant      model.Variant // what its networks are; keys may say more

	// names are those of the tensors, within a layer after "model.layers.N."; those of experts have a %d for their
	// number.
	names     map[model.Part]string
	stackings []stacking   // other layouts that its experts may have than one by one
	expert    []model.Part // the order of an expert's matrices in its module, where it is not gate, up, down

	inner       string   // key of the width of an expert, or of the one that all tokens take
	experts     []string // keys of the number of experts, any of which may be there; none where there is one
	topK        bool     // norm_topk_prob says whether the weights of a token's experts sum to 1; left out they do not
	eps, theta  float64  // of the norms and the rotary embedding, where nothing is said
	aux, z      float64  // coefficients of the losses of the router, where nothing is said
	headDim     int      // where nothing is said; 0 for the hidden size over the heads
	kvLikeHeads bool     // num_key_value_heads may be left out, and is that of the heads then
	fixed       []fixedKey
	passed      string // keys that change nothing, besides those that never do

	// headDimFollows is for families of which other programs take head_dim to be the hidden size over the heads,
	// whatever is said.
	headDimFollows bool
}

// families are all that is read and written. A network is written as the first that has what it is.
var families = []*family{qwen3MoE, qwen3, mixtral, olmoe, qwen2, llama, olmo2}

// familyOf is the family of a model_type.
func familyOf(name string) (*family, bool) {
	for _, f := range families {
		if f.model == name {
			return f, true
		}
	}
	return nil, false
}

// familyNames lists the model_types, as JSON texts.
func familyNames() (names []string) {
	for _, f := range families {
		names = append(names, `"`+f.model+`"`)
	}
	return names
}

// familyFor is the family as which a network of ours is written.
func familyFor(c model.Config) (*family, error) {
	for _, f := range families {
		v := c.Variant
		v.Rope = model.RopeScaling{}
		if f.topK {
			v.RawTopK = false
		}
		if v == f.variant {
			return f, nil
		}
	}
	return nil, fmt.Errorf("no family of checkpoints has networks like this one (qk_norm %q, qkv_bias %t, "+
		"post_norm %t, no_router %t, raw_top_k %t)", string(c.QKNorm), c.QKVBias, c.PostNorm, c.NoRouter, c.RawTopK)
}

// layerPrefix begins the names of a layer's tensors.
const layerPrefix = "model.layers.%d."

// name is the name of a part's tensor, or of expert e's matrix of it.
func (f *family) name(p model.Part, layer, e int) string {
	name := f.names[p]
	if layer >= 0 {
		name = fmt.Sprintf(layerPrefix, layer) + name
	}
	if strings.Contains(name, "%d") {
		return fmt.Sprintf(name, e)
	}
	return name
}

// named are the names that most families have, but for some.
func named(others map[model.Part]string) map[model.Part]string {
	all := map[model.Part]string{
		model.Embed: "model.embed_tokens.weight", model.FinalNorm: "model.norm.weight", model.Head: "lm_head.weight",
		model.AttnNorm: "input_layernorm.weight", model.FFNNorm: "post_attention_layernorm.weight",
		model.Q: "self_attn.q_proj.weight", model.K: "self_attn.k_proj.weight", model.V: "self_attn.v_proj.weight",
		model.O:     "self_attn.o_proj.weight",
		model.QBias: "self_attn.q_proj.bias", model.KBias: "self_attn.k_proj.bias",
		model.VBias: "self_attn.v_proj.bias",
		model.QNorm: "self_attn.q_norm.weight", model.KNorm: "self_attn.k_norm.weight",
		model.Gate: "mlp.gate_proj.weight", model.Up: "mlp.up_proj.weight", model.Down: "mlp.down_proj.weight",
	}
	maps.Copy(all, others)
	return all
}

// expertNames are those of experts one by one, and of their router.
var expertNames = map[model.Part]string{
	model.Route: "mlp.gate.weight", model.Gate: "mlp.experts.%d.gate_proj.weight",
	model.Up: "mlp.experts.%d.up_proj.weight", model.Down: "mlp.experts.%d.down_proj.weight",
}
