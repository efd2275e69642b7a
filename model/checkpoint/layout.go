package checkpoint

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// MatrixRef says which matrix of a table is meant: that of one expert of one of its tensors.
type MatrixRef struct{ Tensor, Expert int }

// StoredTensor is what the family calls by one name: one matrix of the network, or the matrices of all experts of a
// layer, which lie one after the other in it.
type StoredTensor struct {
	Name      string
	Shape     []int
	Matrices  []MatrixRef
	Redundant bool // the same matrix lies under another name too: a tied head that is stored beside the embedding
}

// Split is every matrix and gain of a network under a name of its own, in table order: the layout that is written here.
func Split(t *model.Table) (all []StoredTensor) {
	for i, x := range t.Tensors {
		for e := range x.Experts {
			all = append(all, StoredTensor{Name: x.Name(e), Shape: x.Shape(), Matrices: []MatrixRef{{i, e}}})
		}
	}
	return all
}

// The names of a layer's experts, stacked.
const gateUpName, downName = "model.layers.%d.mlp.experts.gate_up_proj", "model.layers.%d.mlp.experts.down_proj"

// headName is the output projection's.
const headName = "lm_head.weight"

// StoredTensors are all names that tensors of a network may have: those of [Split]; those of stacked experts,
// gate_up_proj (E, 2f, d), every expert's gate above its up, and down_proj (E, d, f), as transformers 5 writes them;
// and that of a head that is tied, and stored nevertheless.
func StoredTensors(t *model.Table) map[string]StoredTensor {
	all := map[string]StoredTensor{}
	for _, s := range Split(t) {
		all[s.Name] = s
	}
	c := t.Config
	for l := range c.Layers {
		gate, up, down := t.Find(model.Gate, l), t.Find(model.Up, l), t.Find(model.Down, l)
		gateUp := StoredTensor{Name: fmt.Sprintf(gateUpName, l), Shape: []int{c.Experts, 2 * c.Inner, c.Hidden}}
		downs := StoredTensor{Name: fmt.Sprintf(downName, l), Shape: []int{c.Experts, c.Hidden, c.Inner}}
		for e := range c.Experts {
			gateUp.Matrices = append(gateUp.Matrices, MatrixRef{gate, e}, MatrixRef{up, e})
			downs.Matrices = append(downs.Matrices, MatrixRef{down, e})
		}
		all[gateUp.Name], all[downs.Name] = gateUp, downs
	}
	if !c.Untied {
		embed := t.Find(model.Embed, -1)
		all[headName] = StoredTensor{Name: headName, Shape: t.Tensors[embed].Shape(), Matrices: []MatrixRef{{embed, 0}},
			Redundant: true}
	}
	return all
}

// stacks reports whether the tensor holds the experts of a layer.
func (s StoredTensor) stacks() bool { return len(s.Shape) == 3 }

// wrong says what is wrong with an entry that is to fill the tensor; empty where nothing is.
func (s StoredTensor) wrong(e Entry) string {
	switch {
	case e.DType != F32 && e.DType != BF16:
		return fmt.Sprintf("is %s; allowed are %s and %s", e.DType, F32, BF16)
	case slices.Equal(e.Shape, s.Shape):
		return ""
	case s.stacks() && slices.Equal(e.Shape, []int{s.Shape[0], s.Shape[2], s.Shape[1]}):
		return fmt.Sprintf("has shape %v: its experts are stacked the other way round, inputs before outputs; %s "+
			"asks for %v", e.Shape, ConfigName, s.Shape)
	}
	return fmt.Sprintf("has shape %v; %s asks for %v", e.Shape, ConfigName, s.Shape)
}

// otherStack finds experts that are stacked as other programs do it.
var otherStack = regexp.MustCompile(`\.(experts\.[a-z]|switch_mlp\.)`)

// stranger says why a tensor is none of the network's.
func stranger(e Entry, stored map[string]StoredTensor) string {
	text := "which the network of " + ConfigName + " does not have"
	switch {
	case strings.Contains(e.Name, ".shared_expert"):
		text += ": experts that every token takes are not read"
	case len(e.Shape) == 3, otherStack.MatchString(e.Name):
		text += ": experts are read one by one (experts.0.gate_proj.weight), or stacked as experts.gate_up_proj and " +
			"experts.down_proj"
	}
	return text + similar(e.Name, maps.Keys(stored))
}
