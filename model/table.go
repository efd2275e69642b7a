package model

import "fmt"

// Part names a parameter tensor within the network or within a layer.
type Part int

// The parts. Embed, FinalNorm and Head belong to no layer. Records keep their numbers.
const (
	Embed Part = iota
	AttnNorm
	Q
	K
	V
	O
	QNorm
	KNorm
	FFNNorm
	Route
	Gate
	Up
	Down
	FinalNorm
	Head // the output projection: the embedding unless the network is untied
	QBias
	KBias
	VBias
	Parts // their number
)

// Kind says how a tensor takes part in a widening of one of its axes (paper, Sec. 3.2).
type Kind int

// The kinds: new rows of a Matrix are fan-out, its new columns fan-in; new columns of the Embedding are fan-out, and
// where it is the output projection too it cannot carry that one's fan-in factor; a NormWeight is copied. A Bias is new
// rows of fan-out and nothing else: copied, without a factor.
const (
	Matrix Kind = iota
	Embedding
	NormWeight
	Bias
)

// Dim is one dimension of a tensor.
type Dim struct {
	Axis Axis
	Size int
}

// Tensor declares one parameter tensor: Experts stacked matrices of Rows x Cols, row-major, at Off in the arena.
type Tensor struct {
	Index      int // in the table
	Part       Part
	Layer      int // −1 outside the layers
	Kind       Kind
	Experts    int // 1 unless the tensor stacks one matrix an expert
	Rows, Cols Dim
	Off        int
	name       string // Hugging Face Qwen3-MoE name; has a %d for the expert if stacked
	stacked    bool
}

// Len is the number of elements.
func (t Tensor) Len() int { return t.Experts * t.Rows.Size * t.Cols.Size }

// Stacked reports whether the tensor holds one matrix an expert.
func (t Tensor) Stacked() bool { return t.stacked }

// Name is the checkpoint name of expert e's matrix; e is ignored unless the tensor is stacked.
func (t Tensor) Name(e int) string {
	if t.stacked {
		return fmt.Sprintf(t.name, e)
	}
	return t.name
}

// Vector reports whether the tensor is a single row: a norm weight or a bias.
func (t Tensor) Vector() bool { return t.Kind == NormWeight || t.Kind == Bias }

// Shape is the shape of one matrix in a checkpoint: norm weights and biases are vectors.
func (t Tensor) Shape() []int {
	if t.Vector() {
		return []int{t.Cols.Size}
	}
	return []int{t.Rows.Size, t.Cols.Size}
}

// Table declares every parameter tensor of a network once. Widening, factors, masks of new parameters, pairs of copies,
// counts and checkpoint names all derive from it.
type Table struct {
	Config  Config
	Tensors []Tensor
	Size    int // elements of all tensors together
	find    []int
}

// NewTable lays out the tensors of c.
func NewTable(c Config) *Table {
	t := &Table{Config: c}
	d, f := Dim{Hidden, c.Hidden}, Dim{Inner, c.Inner}
	q, kv := Dim{Queries, c.Heads * c.HeadDim}, Dim{Keys, c.KVHeads * c.HeadDim}
	one, hd := Dim{One, 1}, Dim{HeadDim, c.HeadDim}

	add := func(p Part, layer int, kind Kind, rows, cols Dim, name string) {
		x := Tensor{Index: len(t.Tensors), Part: p, Layer: layer, Kind: kind, Experts: 1, Rows: rows, Cols: cols,
			Off: t.Size, name: name}
		if layer >= 0 {
			x.name = fmt.Sprintf("model.layers.%d.", layer) + name
		}
		if p == Gate || p == Up || p == Down {
			x.Experts, x.stacked = c.Experts, true
		}
		t.Tensors = append(t.Tensors, x)
		t.Size += x.Len()
	}
	add(Embed, -1, Embedding, Dim{Vocab, c.Vocab}, d, "model.embed_tokens.weight")
	for l := range c.Layers {
		if !c.PostNorm {
			add(AttnNorm, l, NormWeight, one, d, "input_layernorm.weight")
		}
		add(Q, l, Matrix, q, d, "self_attn.q_proj.weight")
		add(K, l, Matrix, kv, d, "self_attn.k_proj.weight")
		add(V, l, Matrix, kv, d, "self_attn.v_proj.weight")
		if c.QKVBias {
			add(QBias, l, Bias, one, q, "self_attn.q_proj.bias")
			add(KBias, l, Bias, one, kv, "self_attn.k_proj.bias")
			add(VBias, l, Bias, one, kv, "self_attn.v_proj.bias")
		}
		add(O, l, Matrix, d, q, "self_attn.o_proj.weight")
		switch c.QKNorm {
		case ByHead:
			add(QNorm, l, NormWeight, one, hd, "self_attn.q_norm.weight")
			add(KNorm, l, NormWeight, one, hd, "self_attn.k_norm.weight")
		case ByProjection:
			add(QNorm, l, NormWeight, one, q, "self_attn.q_norm.weight")
			add(KNorm, l, NormWeight, one, kv, "self_attn.k_norm.weight")
		}
		if c.PostNorm { // the names of the norms follow what they stand behind
			add(AttnNorm, l, NormWeight, one, d, "post_attention_layernorm.weight")
			add(FFNNorm, l, NormWeight, one, d, "post_feedforward_layernorm.weight")
		} else {
			add(FFNNorm, l, NormWeight, one, d, "post_attention_layernorm.weight")
		}
		if !c.NoRouter {
			add(Route, l, Matrix, Dim{Router, c.Experts}, d, "mlp.gate.weight")
		}
		add(Gate, l, Matrix, f, d, "mlp.experts.%d.gate_proj.weight")
		add(Up, l, Matrix, f, d, "mlp.experts.%d.up_proj.weight")
		add(Down, l, Matrix, d, f, "mlp.experts.%d.down_proj.weight")
	}
	add(FinalNorm, -1, NormWeight, one, d, "model.norm.weight")
	if c.Untied {
		add(Head, -1, Matrix, Dim{Vocab, c.Vocab}, d, "lm_head.weight")
	}
	t.index()
	return t
}

// index notes where each part of each layer is, and of those that belong to none, as of a layer before the first.
func (t *Table) index() {
	t.find = make([]int, (1+t.Config.Layers)*int(Parts))
	for i := range t.find {
		t.find[i] = -1
	}
	for i, x := range t.Tensors {
		t.find[(1+x.Layer)*int(Parts)+int(x.Part)] = i
	}
	if !t.Config.Untied {
		t.find[Head] = t.find[Embed]
	}
}

// Find is the index of a part, −1 where the network has none; layer is ignored for parts that belong to none. Where the
// head is tied it is found in the embedding.
func (t *Table) Find(p Part, layer int) int {
	if p == Embed || p == FinalNorm || p == Head {
		layer = -1
	}
	return t.find[(1+layer)*int(Parts)+int(p)]
}

// Values is one number for every parameter: the weights themselves, their gradients, or an optimizer state.
type Values struct {
	Table *Table
	Data  []float32
}

// NewValues is all zeros.
func NewValues(t *Table) Values { return Values{t, make([]float32, t.Size)} }

// Clone is a deep copy.
func (v Values) Clone() Values { return Values{v.Table, append([]float32(nil), v.Data...)} }

// Tensor is the memory of tensor i.
func (v Values) Tensor(i int) []float32 {
	x := v.Table.Tensors[i]
	return v.Data[x.Off : x.Off+x.Len()]
}

// Expert is the memory of one expert's matrix of tensor i.
func (v Values) Expert(i, e int) []float32 {
	x := v.Table.Tensors[i]
	n := x.Rows.Size * x.Cols.Size
	return v.Data[x.Off+e*n : x.Off+(e+1)*n]
}

// Each calls f for every matrix and norm weight under its checkpoint name, in table order; data is the live memory.
func (v Values) Each(f func(name string, shape []int, data []float32)) {
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			f(x.Name(e), x.Shape(), v.Expert(i, e))
		}
	}
}
