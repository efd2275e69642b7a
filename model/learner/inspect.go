package learner

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// Inside names what a layer computes on the way.
type Inside int

// What can be looked at. Gradients of a layer's tensors are read as any matrix, by [Learner.Read].
const (
	ResidualIn     Inside = iota // (N, Hidden) the residual stream that enters the layer
	ResidualMid                  // (N, Hidden) between attention and experts
	ResidualOut                  // (N, Hidden) that leaves the layer
	AttentionProbs               // (Batch, Heads, Seq, Seq) row a query, column a key
	ExpertHidden                 // (N, TopK, Inner) silu(gate)⊙up of the experts in the order of Answers.Experts
	Insides                      // their number
)

func (w Inside) String() string {
	return [Insides]string{"the residual stream before a layer", "the residual stream within a layer",
		"the residual stream after a layer",
		"attention probabilities", "the neurons of experts"}[w]
}

// Inspector is what a learner may offer besides: a look inside one layer, at what the last Train or Loss left there.
type Inspector interface {
	// Inspect is a copy. What the learner does not keep it declines by name, with [Declined], and is of use afterwards;
	// a learner that recomputes keeps little after Train, whose update changes what a layer would compute again.
	Inspect(what Inside, layer int) ([]float32, error)
}

// Dissector is what a learner may offer besides: an update taken apart.
type Dissector interface {
	// Pass runs a batch forwards and backwards without an update, and returns a copy of what the experts of a layer
	// did. Gradients are those of this batch afterwards.
	Pass(ids, labels []int32, layer int) (model.ExpertPass, error)
	// Direction is the one (Rows·Cols) along which Muon's last update moved an expert's matrix of a tensor, a copy; nil
	// where AdamW updates it.
	Direction(tensor, expert int) ([]float32, error)
}

// Declined is the error of a look that a learner does not offer.
type Declined struct{ What Inside }

func (d Declined) Error() string {
	return fmt.Sprintf("this engine does not show %s", d.What)
}

// Inspect looks inside a layer of a learner, or declines where it does not offer that.
func Inspect(l Learner, what Inside, layer int) ([]float32, error) {
	if i, ok := l.(Inspector); ok {
		return i.Inspect(what, layer)
	}
	return nil, Declined{what}
}
