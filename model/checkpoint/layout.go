package checkpoint

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// MatrixRef says which matrix of a table is meant: that of one expert of one of its tensors.
type MatrixRef struct{ Tensor, Expert int }

// StoredTensor is what a folder calls by one name: one matrix of the network, or the matrices of all experts of a
// layer, which lie one after the other in it.
type StoredTensor struct {
	Name      string
	Shape     []int
	Matrices  []MatrixRef
	Redundant bool // the same matrix lies under another name too: a tied head that is stored beside the embedding
}

// Layout says how a folder keeps the experts of a layer.
type Layout string

// The layouts: every matrix by itself; as transformers 5 has them, gate_up_proj (E, 2f, d), every expert's gate above
// its up, and down_proj (E, d, f); and as MLX has them, gate_proj and up_proj (E, f, d) and down_proj (E, d, f).
const (
	Apart   Layout = "apart"
	Stacked Layout = "stacked"
	MLX     Layout = "mlx"
)

// Layouts lists all.
var Layouts = []Layout{Apart, Stacked, MLX}

// stacking is a layout in which the matrices of all experts of a layer lie in one tensor.
type stacking struct {
	layout Layout
	stacks []stack
	router string // what the router is called beside them
	last   bool   // the router stands behind the experts in the module, and else before them
}

// stack is one such tensor: its name within the layer, and whose matrices it holds of every expert.
type stack struct {
	name  string
	parts []model.Part
}

// stackedExperts are those of transformers 5, whatever the family.
var stackedExperts = stacking{Stacked, []stack{
	{"mlp.experts.gate_up_proj", []model.Part{model.Gate, model.Up}},
	{"mlp.experts.down_proj", []model.Part{model.Down}},
}, "mlp.gate.weight", false}

// mlxExperts are those of MLX, in a family's block.
func mlxExperts(block string) stacking {
	return stacking{MLX, []stack{
		{block + ".switch_mlp.gate_proj.weight", []model.Part{model.Gate}},
		{block + ".switch_mlp.up_proj.weight", []model.Part{model.Up}},
		{block + ".switch_mlp.down_proj.weight", []model.Part{model.Down}},
	}, block + ".gate.weight", false}
}

// Naming is how a set calls the matrices of a network: as its family does, after what a program put before every name.
type Naming struct {
	family *family
	Prefix string
}

// prefixes are what programs put before names: torch.compile and DataParallel.
var prefixes = []string{"_orig_mod.", "module."}

// prefixOf is what stands before a name of any family.
func prefixOf(name string) string {
	rest := name
	for cut := true; cut; {
		cut = false
		for _, p := range prefixes {
			if after, ok := strings.CutPrefix(rest, p); ok {
				rest, cut = after, true
			}
		}
	}
	return name[:len(name)-len(rest)]
}

// Name is the name of a part's tensor, or of expert e's matrix of it, where experts lie one by one; layer and e are
// ignored for what has none.
func (n Naming) Name(p model.Part, layer, e int) string { return n.Prefix + n.family.name(p, layer, e) }

// Bare are the same names without a prefix.
func (n Naming) Bare() Naming {
	n.Prefix = ""
	return n
}

// Split is every matrix, norm weight and bias of a network under a name of its own, in table order.
func (n Naming) Split(t *model.Table) (all []StoredTensor) {
	for i, x := range t.Tensors {
		for e := range x.Experts {
			all = append(all, n.alone(t, i, e))
		}
	}
	return all
}

// alone is one matrix under a name of its own.
func (n Naming) alone(t *model.Table, i, e int) StoredTensor {
	x := t.Tensors[i]
	return StoredTensor{Name: n.Name(x.Part, x.Layer, e), Shape: x.Shape(), Matrices: []MatrixRef{{i, e}}}
}

// In is a network's tensors in a layout, in table order: what was stacked stands where its first matrix would. It errs
// where the family does not have the layout.
func (n Naming) In(t *model.Table, layout Layout) ([]StoredTensor, error) {
	if layout == Apart {
		return n.Split(t), nil
	}
	at := slices.IndexFunc(n.family.stackings, func(s stacking) bool { return s.layout == layout })
	if at < 0 {
		return nil, fmt.Errorf("layout %q is none of %s; allowed are %s", string(layout), n.family.model, n.layouts())
	}
	s, all := n.family.stackings[at], []StoredTensor{}
	for i, x := range t.Tensors {
		switch {
		case x.Part == model.Route:
			all = append(all, n.router(t, s, x.Layer))
		case x.Stacked():
			for _, stack := range s.stacks {
				if stack.parts[0] == x.Part {
					all = append(all, n.stacked(t, stack, x.Layer))
				}
			}
		default:
			all = append(all, n.alone(t, i, 0))
		}
	}
	return all, nil
}

// Block is the router and the experts of a layer in a layout that the family has, in the order in which a module of
// that layout has them for parameters.
func (n Naming) Block(t *model.Table, layout Layout, layer int) (all []StoredTensor) {
	if layout == Apart {
		parts := n.family.expert
		if parts == nil {
			parts = []model.Part{model.Gate, model.Up, model.Down}
		}
		all = append(all, n.alone(t, t.Find(model.Route, layer), 0))
		for e := range t.Config.Experts {
			for _, p := range parts {
				all = append(all, n.alone(t, t.Find(p, layer), e))
			}
		}
		return all
	}
	s := n.family.stackings[slices.IndexFunc(n.family.stackings, func(s stacking) bool { return s.layout == layout })]
	for _, stack := range s.stacks {
		all = append(all, n.stacked(t, stack, layer))
	}
	if router := n.router(t, s, layer); s.last {
		return append(all, router)
	} else {
		return slices.Insert(all, 0, router)
	}
}

// layouts lists those of the family.
func (n Naming) layouts() string {
	names := []string{string(Apart)}
	for _, s := range n.family.stackings {
		names = append(names, string(s.layout))
	}
	return strings.Join(names, ", ")
}

// stacked is the tensor of a stack of a layer.
func (n Naming) stacked(t *model.Table, s stack, layer int) StoredTensor {
	x := t.Tensors[t.Find(s.parts[0], layer)]
	out := StoredTensor{Name: n.layerName(layer, s.name),
		Shape: []int{x.Experts, len(s.parts) * x.Rows.Size, x.Cols.Size}}
	for e := range x.Experts {
		for _, p := range s.parts {
			out.Matrices = append(out.Matrices, MatrixRef{t.Find(p, layer), e})
		}
	}
	return out
}

// router is the router of a layer under its name beside stacked experts.
func (n Naming) router(t *model.Table, s stacking, layer int) StoredTensor {
	out := n.alone(t, t.Find(model.Route, layer), 0)
	out.Name = n.layerName(layer, s.router)
	return out
}

func (n Naming) layerName(layer int, name string) string {
	return n.Prefix + fmt.Sprintf(layerPrefix, layer) + name
}

// Stored are all names that tensors of a network may have: those of every layout, and that of a head that is tied, and
// stored nevertheless.
func (n Naming) Stored(t *model.Table) map[string]StoredTensor {
	all := map[string]StoredTensor{}
	for _, s := range n.Split(t) {
		all[s.Name] = s
	}
	for _, s := range n.family.stackings {
		for l := range t.Config.Layers {
			router := n.router(t, s, l)
			all[router.Name] = router
			for _, stack := range s.stacks {
				x := n.stacked(t, stack, l)
				all[x.Name] = x
			}
		}
	}
	if !t.Config.Untied {
		embed := t.Find(model.Embed, -1)
		head := n.alone(t, embed, 0)
		head.Name, head.Redundant = n.Name(model.Head, -1, 0), true
		all[head.Name] = head
	}
	return all
}

// naming is how a network of ours is named where nothing was read: as the family is that it is written as.
func naming(t *model.Table) Naming {
	f, err := familyFor(t.Config)
	if err != nil {
		f = qwen3MoE // whose names have a place for every part but the biases
	}
	return Naming{family: f}
}

// Split is every matrix, norm weight and bias of a network under a name of its own, in table order: the layout that
// [Save] writes.
func Split(t *model.Table) []StoredTensor { return naming(t).Split(t) }

// StoredTensors are all names that tensors of a network may have in a folder as [Save] writes it, in whatever layout.
func StoredTensors(t *model.Table) map[string]StoredTensor { return naming(t).Stored(t) }

// stacks reports whether the tensor holds the experts of a layer.
func (s StoredTensor) stacks() bool { return len(s.Shape) == 3 }

// wrong says what is wrong with an entry that is to fill the tensor; empty where nothing is.
func (s StoredTensor) wrong(e Entry) string {
	switch {
	case !e.DType.Float():
		return fmt.Sprintf("is %s; allowed are %s, %s and %s", e.DType, F32, BF16, F16)
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

// quantised finds what stands beside weights that are quantised.
var quantised = regexp.MustCompile(`\.(weight_scale(_inv)?|weight_packed|input_scale|qweight|qzeros|scales|absmax|` +
	`weight\.(absmax|quant_map|quant_state\..*)|weight_(scale|zero_point)|g_idx|SCB)$`)

// stranger says why a tensor is none of the network's.
func stranger(e Entry, known iter.Seq[string]) string {
	text := "which the network of " + ConfigName + " does not have"
	switch {
	case quantised.MatchString(e.Name):
		text += ": weights that are quantised are not read"
	case strings.HasSuffix(e.Name, ".bias"):
		text += ": its family has no bias there"
	case strings.Contains(e.Name, ".shared_expert"):
		text += ": experts that every token takes are not read"
	case len(e.Shape) == 3, otherStack.MatchString(e.Name):
		text += ": experts are read one by one (experts.0.gate_proj.weight), or stacked as experts.gate_up_proj and " +
			"experts.down_proj"
	}
	return text + similar(e.Name, known)
}
