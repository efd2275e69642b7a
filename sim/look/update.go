package look

import "github.com/sparkling-lab/sparkling/model"

// Update is one update of a neuron, and of its copy beside it, from the answer's Step to the next. Everything is a
// float32 of this run: a widening that is due at Step is made first.
type Update struct {
	Rule  Rule
	Loss  float32 // of the batch, in nats a label that counts
	Token Token
	Sides []Side // the neuron, then its copy if that was asked for
	// Widened says that a widening was due and made first, so that Before is right after it.
	Widened bool
	// NotFinite is what is no longer finite after this update, as the run will say; empty where all is.
	NotFinite string
	// Broken is the first neuron of the expert with a weight or a gradient that is no number after it; None without
	// one.
	Broken int
}

// Token is the token of the batch that adds most to the neuron's gradient, as the neuron's expert sees it.
type Token struct {
	Row, Position int      // in the batch
	Symbols       []string // of its row up to and with the token itself, at most MaxContext of them
	Label         string   // the symbol that comes next; empty where it is not to be predicted
	Loss          float32  // −ln of the probability of the label, in nats; 0 without one
	Expert        int
	Weight        float32   // of the expert in what the layer's experts give for this token, from the router
	In            []float32 // (Hidden) the normed residual stream: the input of every neuron
	DOut          []float32 // (Hidden) gradient of the loss by what the expert puts out, before the router's weight
	Tokens        int       // of the batch that the expert got
}

// MaxContext is how many symbols of a row are told.
const MaxContext = 24

// Side is one neuron in the update: for the token forwards and backwards, and over the whole batch its three rows.
type Side struct {
	Neuron           int
	Gate, Up, Hidden float32 // gate·x, up·x, and silu(gate)·up
	DHidden          float32 // gradient of the loss by Hidden, and by the two below
	DGate, DUp       float32
	Rows             [3]Row // of gate and up (Hidden), and the column of down (Hidden)
}

// Parts are those of Side.Rows.
var Parts = [3]model.Part{model.Gate, model.Up, model.Down}

// Row is the weights of a neuron in one matrix through the update. All slices have one length. Gradient is that of the
// whole batch.
type Row struct {
	Tensor        string // checkpoint name of the matrix
	Before, After []float32
	Gradient      []float32
	M, MAfter     []float32 // first moment, or Muon's momentum
	V, VAfter     []float32 // second moment; 0 under Muon
	Rate          []float32 // learning rate of each weight
	Direction     []float32 // Muon's, from the whole matrix; empty under AdamW
}

// slices are all of a row, in the order of its coding.
func (r *Row) slices() []*[]float32 {
	return []*[]float32{&r.Before, &r.After, &r.Gradient, &r.M, &r.MAfter, &r.V, &r.VAfter, &r.Rate, &r.Direction}
}
