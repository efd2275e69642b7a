package record_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestPlacesAreToldInWords(t *testing.T) {
	for name, want := range map[string]string{
		"the gradient of model.layers.1.mlp.experts.2.down_proj.weight": "the gradient of the down-projection of " +
			"expert 3 in layer 2",
		"model.layers.0.mlp.gate.weight":                 "the router in layer 1",
		"the second moment of model.embed_tokens.weight": "the second moment of the embedding",
		"the residual stream before model.layers.0":      "the residual stream before layer 1",
		"the residual stream after model.layers.3":       "the residual stream after layer 4",
		"a logit": "a logit",
		"a loss":  "a loss",
		"model.layers.x.mlp.experts.-2.what.weight": "model.layers.x.mlp.experts.-2.what.weight",
		"the first moment of model.layers.9.self_attn.q_norm": "the first moment of the norm " +
			"of the queries in layer 10",
	} {
		assert.Equal(t, want, record.PlaceOf(name).String())
	}
	p := record.PlaceOf("the gradient of model.layers.1.mlp.experts.2.down_proj.weight")
	assert.Equal(t, []any{"down_proj", 1, 2}, []any{p.Part, p.Layer, p.Expert})
	p = record.PlaceOf("model.norm.weight")
	assert.Equal(t, []int{-1, -1}, []int{p.Layer, p.Expert})
}

// Every tensor of a network has words.
func TestEveryTensorHasWords(t *testing.T) {
	c := experiment.Default().Small()
	c.Untied = true
	seen := map[string]bool{}
	for _, x := range model.NewTable(c).Tensors {
		for e := range x.Experts {
			words := record.PlaceOf(x.Name(e)).String()
			assert.False(t, seen[words], words)
			assert.False(t, strings.Contains(words, "model.") || strings.Contains(words, "_"), words)
			seen[words] = true
		}
	}
}
