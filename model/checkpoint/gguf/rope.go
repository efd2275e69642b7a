package gguf

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
)

// YaRN's bounds in llama.cpp where nothing else is said.
const yarnFast, yarnSlow = 32, 1

// ropeName is the tensor that divides the frequencies of the rotary embedding, pair by pair.
const ropeName = "rope_freqs.weight"

// scaling are the keys of a scaled rotary embedding. That of Llama 3 has none, but a tensor of [divisors].
func (k kind) scaling(c model.Config) ([]pair, error) {
	key := func(name string, value any) pair { return pair{k.name + ".rope.scaling." + name, value} }
	switch s := c.Rope; s.Kind {
	case "":
		return nil, nil
	case model.Linear:
		return []pair{key("type", "linear"), key("factor", float32(s.Factor))}, nil
	case model.YaRN:
		if s.Fast != yarnFast || s.Slow != yarnSlow {
			return nil, unsaid("YaRN mixes from %g to %g turns, and llama.cpp from %d to %d", s.Slow, s.Fast, yarnSlow,
				yarnFast)
		}
		if want := model.YaRNAttention(s.Factor); math.Abs(s.Attention-want) > 1e-6*want {
			return nil, unsaid("YaRN multiplies scores by the square of %g, and llama.cpp by that of %g", s.Attention,
				want)
		}
		return []pair{key("type", "yarn"), key("factor", float32(s.Factor)),
			key("original_context_length", uint32(s.Original))}, nil
	case model.Llama3:
		if k.name == "llama" {
			return nil, nil
		}
	}
	return nil, unsaid("the rotary embedding of a %s is scaled as %s, which llama.cpp does not do", k.name, c.Rope.Kind)
}

// divisors are what the frequencies are divided by, pair by pair; nil where there is no tensor of them.
func divisors(c model.Config) []float32 {
	if c.Rope.Kind != model.Llama3 {
		return nil
	}
	bare := c
	bare.Rope = model.RopeScaling{}
	var all []float32
	for i, f := range c.Frequencies() {
		all = append(all, float32(bare.Frequencies()[i]/f))
	}
	return all
}
