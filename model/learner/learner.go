// Package learner says what a run needs of a network in training with its optimizer, wherever their numbers lie: in
// this program's memory, or on a device. It is the seam that an engine fits behind, one floor above the operations of
// model/compute. Each engine is a package of its own beside this one (cpu is the first), so that a program links only
// those that it names. What to train on, for how long and at which rates is decided above; no engine lives here.
//
// Of every learner holds: *equal rows and columns get equal bits, wherever they lie.* Where the weights, gradients and
// moments of two neurons (or of two coordinates of the residual stream) are the same bits, one update leaves them the
// same bits: the lock of copies is exact, and may be read from bits. And the same calls on the same engine give the
// same bits again.
//
// Not of every learner holds: *ascending summation, the plain engine's bits.* That is the promise of the CPU's alone;
// another engine may sum in an order of its own. See docs/exactness.md.
package learner

import (
	"fmt"
	"io"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// Learner is a network in training with the states of its optimizer. What it is asked for happens in order, but may
// happen later, until a call that returns numbers of it; so an error may be of an earlier call. After an error a
// learner is of no use any more, but to be closed, where nothing else is said. It keeps no slice that it is given, and
// what it returns is the caller's. It belongs to one goroutine.
//
// A batch is Setup.Batch sequences of Setup.Seq tokens, one after the other: ids (N) below Vocab, and labels (N), of
// which those below 0 count in no cross-entropy. An update may take several, one after the other: see Setup.Accumulate.
type Learner interface {
	// Table is the shape of the network as it is now.
	Table() *model.Table

	// Train makes one update. rates are learning rates by growth stage, or by tensor and stage (tensor·stages +
	// stage) where the growth is by tensor. ids and labels are those of all Setup.Accumulate batches: their gradients
	// are averaged in their order, the norm of the mean is clipped as [optim.Config.ClipFactor] says, and the gradient
	// that may be read afterwards is the clipped one.
	Train(ids, labels []int32, rates []float64) (Update, error)
	// Loss is the mean cross-entropy of a batch, in nats a token, without an update. As many tokens may be cut into
	// more and shorter sequences of seq tokens, where seq divides Setup.Seq. What the network says after the tokens
	// that answers, unless nil, asks about, is written there.
	Loss(ids, labels []int32, seq int, answers *Answers) (float64, error)
	// Ask is what the network says after rows of seq symbols, at most Setup.Seq, that are each read alone: after the
	// first of them, of as many as it takes at once, and at least one. Answers has one answer a row, and its Positions
	// are set. The loss is the mean cross-entropy of what labels, one a row, say comes next. Rows in order are cheaper.
	Ask(ids, labels []int32, seq int, answers *Answers) (float64, error)
	// NotFinite names what first holds a NaN or an infinity: of the weights; where the given loss, just measured, is no
	// number, of what the last forward pass left; of the gradients and of the moments. It is empty where all is finite.
	NotFinite(loss float64) (string, error)

	// Measure says whether Train and Loss from now on note what Measured returns.
	Measure(on bool)
	// Measured is of the last batch of Train or Loss, if nothing was asked since, of an update's batches the last: the
	// RMS of the residual blocks, attention then experts of each layer; and the expert load, the fraction of the
	// assignments that each got (layers·experts), which sums to 1 a layer.
	Measured() ([]model.BlockRMS, []float32, error)
	// Pairs compares originals and copies, see [pairs.Compare].
	Pairs(of map[model.Axis][]widen.Pair, flops float64) ([]pairs.Group, error)
	// BlockRates fills into by tensor and stage, for stages that are adapted to the norms of their blocks, and returns
	// the mean of the newest stage's. See [optim.BlockRates].
	BlockRates(into, byStage []float64, adapted []bool) (float64, error)

	// Widen goes on as the wider network of the plan, which is of the present table, with the growth stages that growth
	// says.
	Widen(p *widen.Plan, growth model.Growth) error
	// State is a copy of all that decides what follows.
	State() (State, error)
	// Read copies one matrix (Rows·Cols, row-major) of one quantity: of an expert of a tensor of the table. It errs,
	// and so does Write, where there is no such matrix, see [CheckMatrix]; the learner is of use afterwards.
	Read(q model.Quantity, tensor, expert int, into []float32) error
	// Write replaces one matrix, as Read.
	Write(q model.Quantity, tensor, expert int, from []float32) error

	// Threads is a hint how many threads it may use, where it uses any. No bit of a result depends on it.
	Threads(n int)
	// Close gives back what it holds. Nothing else may be called afterwards.
	io.Closer
}

// Update is what one update was, before it was made: losses are means over its batches. The auxiliary losses are those
// of each batch by itself, so that two batches are not one of twice the rows to the load-balancing loss.
type Update struct {
	model.Losses
	GradNorm  float64 // L2 norm of the mean gradient over all tensors, before it was clipped
	NotFinite string  // what first was no longer finite, in the update or after it; empty where all is finite
}

// State is all that decides what a learner does next: weights, both moments, and how many updates the optimizer has
// made.
type State struct {
	Steps         int
	Weights, M, V model.Values
}

// Setup is what a learner begins with.
type Setup struct {
	Optimizer  optim.Config
	Batch, Seq int
	Accumulate int  // batches an update; 0 is 1
	Recompute  bool // layers compute again in the backward pass what they do not keep, to the same bits
	Growth     model.Growth
	State      State // which may become the learner's own: the caller does not use its numbers any more; see [Empty]
}

// Empty is the state of a network of that shape after so many updates whose numbers the program does not hold: a
// learner begins with zeros, and [Learner.Write] brings them matrix by matrix.
func Empty(t *model.Table, steps int) State {
	of := model.Values{Table: t}
	return State{Steps: steps, Weights: of, M: of, V: of}
}

// Filled is a state whose numbers are there: those of one that is empty are zeros.
func (s State) Filled() State {
	for _, v := range []*model.Values{&s.Weights, &s.M, &s.V} {
		if v.Data == nil {
			*v = model.NewValues(v.Table)
		}
	}
	return s
}

// CheckMatrix errs where a network has no such matrix of n elements, as [Learner.Read] and [Learner.Write] are asked
// for.
func CheckMatrix(t *model.Table, q model.Quantity, tensor, expert, n int) error {
	if q < 0 || q >= model.Quantities || tensor < 0 || tensor >= len(t.Tensors) {
		return fmt.Errorf("there is no quantity %d of a tensor %d; the network has %d of %d tensors", q, tensor,
			model.Quantities, len(t.Tensors))
	}
	x := t.Tensors[tensor]
	if size := x.Rows.Size * x.Cols.Size; expert < 0 || expert >= x.Experts || n != size {
		return fmt.Errorf("expert %d of tensor %d with %d elements; the tensor has %d experts of %d elements", expert,
			tensor, n, x.Experts, size)
	}
	return nil
}

// Factory makes learners of one engine.
type Factory interface {
	New(Setup) (Learner, error)
	// Engine names what computes: states and results are the same to the last bit where it is the same.
	Engine() string
}
