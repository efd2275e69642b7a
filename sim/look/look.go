package look

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// Kind says what is asked for.
type Kind int

// The kinds.
const (
	KindUpdate     Kind = iota + 1 // the next update of one neuron, and of its copy beside it
	KindLayer                      // the matrices of one layer in one quantity, and the neurons' activations
	KindHistograms                 // one quantity of every tensor
	KindAttention                  // of one head on one sequence
	kinds
)

// Activations is a quantity beside those of model.Quantity: silu(gate)·up of the experts' neurons, on sequences that
// networks are compared on.
const Activations = model.Quantities

// Scale says over which range a histogram goes.
type Scale int

// The scales.
const (
	Robust Scale = iota // of each tensor, from its 1 % to its 99 % quantile
	Fixed               // the same for all tensors: ± a power of two that holds every value
	scales
)

// Beside neurons of an expert, Copy may be: nothing, for a neuron that is looked at alone; or the copy that the newest
// widening made of the neuron, one that is due included, and nothing where it made none.
const (
	None = -1
	Twin = -2
)

// Question is what somebody looks at. It is comparable; only the fields of its kind are used, and the functions that
// make one leave the others 0.
type Question struct {
	Kind           Kind
	Layer          int
	Expert, Neuron int            // KindUpdate
	Copy           int            // KindUpdate: another neuron of the same expert, None or Twin
	Quantity       model.Quantity // KindLayer, KindHistograms: or Activations
	Scale          Scale          // KindHistograms
	Head, Sequence int            // KindAttention
}

// OneUpdate asks for the next update of a neuron and of its copy, which may be None or Twin.
func OneUpdate(layer, expert, neuron, twin int) Question {
	return Question{Kind: KindUpdate, Layer: layer, Expert: expert, Neuron: neuron, Copy: twin}
}

// OneLayer asks for the matrices of a layer.
func OneLayer(layer int, q model.Quantity) Question {
	return Question{Kind: KindLayer, Layer: layer, Quantity: q}
}

// AllTensors asks for the histograms of a quantity.
func AllTensors(q model.Quantity, s Scale) Question {
	return Question{Kind: KindHistograms, Quantity: q, Scale: s}
}

// OneHead asks for the attention of a head on a sequence.
func OneHead(layer, head, sequence int) Question {
	return Question{Kind: KindAttention, Layer: layer, Head: head, Sequence: sequence}
}

// Validate says in a sentence what is not allowed whatever the network is.
func (q Question) Validate() error {
	for _, f := range []struct {
		name            string
		got, least, max int
	}{
		{"kind", int(q.Kind), 1, int(kinds) - 1}, {"layer", q.Layer, 0, model.MaxLayers - 1},
		{"expert", q.Expert, 0, model.MaxExperts - 1}, {"neuron", q.Neuron, 0, model.MaxWidth - 1},
		{"copy", q.Copy, Twin, model.MaxWidth - 1}, {"quantity", int(q.Quantity), 0, int(Activations)},
		{"scale", int(q.Scale), 0, int(scales) - 1}, {"head", q.Head, 0, maxHeads - 1},
		{"sequence", q.Sequence, 0, maxRows - 1},
	} {
		if f.got < f.least || f.got > f.max {
			return fmt.Errorf("%s %d is asked for; allowed are %d to %d", f.name, f.got, f.least, f.max)
		}
	}
	return nil
}

// Bounds of what answers hold: what takes more is declined.
const (
	MaxValues  = 1 << 18 // of a layer
	MaxHidden  = 1 << 12 // width of a residual stream of which an update is shown
	MaxSeq     = 256     // symbols of a sequence whose attention is shown
	Bins       = 48      // of a histogram
	maxHeads   = 1024
	maxRows    = 1 << 20
	maxTensors = model.MaxLayers*16 + 3
)

// Answer is what the network says of a question at a step. Declined, in a sentence, is why it does not; else the field
// of the question's kind is set.
type Answer struct {
	Question   Question
	Step       int // updates done
	Declined   string
	Update     *Update
	Layer      *LayerValues
	Histograms *Histograms
	Attention  *Attention

	Number int // counts the answers that a session got; it is not coded
}

// LayerValues is one layer in one quantity.
type LayerValues struct {
	Matrices []Matrix // none where activations are asked for
	Experts  []Neurons
}

// Matrix is one of a layer: row-major, a row an output.
type Matrix struct {
	Tensor     string // its checkpoint name
	Part       model.Part
	Expert     int // of a stacked tensor; None otherwise
	Rows, Cols int
	Values     []float32
}

// Neurons are the activations of an expert's neurons on some sequences.
type Neurons struct {
	Tokens int       // that the expert got
	Mean   []float32 // (Inner) mean |silu(gate)·up| over these tokens; 0 where there was none
	Active []float32 // (Inner) of these tokens the share on which |silu(gate)·up| is above a tenth of the expert's RMS
}

// Histograms is one quantity of every tensor, all experts together.
type Histograms struct {
	Tensors []Histogram
}

// Histogram is how one tensor's values lie. Quantiles, RMS and bins are of the finite ones.
type Histogram struct {
	Part      model.Part
	Layer     int // −1 outside the layers
	Count     int // values
	Zeros     int
	NotFinite int

	RMS, Min, Max float32
	Low1, High99  float32 // 1 % and 99 % quantiles
	From, To      float32 // the range of the bins, From below To
	Below, Above  int     // values outside it
	Bins          []int32 // as many as the constant says, of equal width
}

// Attention is the probabilities of one head on one sequence: (Seq, Seq), row a query, column a key.
type Attention struct {
	Heads, KVHeads, Sequences int // that there are to choose from
	Symbols                   []string
	Probs                     []float32
}

// Want is a question that somebody has of an arm.
type Want struct {
	Arm int
	Question
}
