package model

import (
	"reflect"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// ActivationPart is a part of what grows with the batch.
type ActivationPart int

// The parts.
const (
	Residual        ActivationPart = iota // the residual stream, and its norms
	Attention                             // queries, keys, values, and probabilities
	Experts                               // what routers decide, and what experts compute
	Logits                                // and their gradient
	Scratch                               // what no two layers need at once, most of it gradients of activations
	ActivationParts                       // their number
)

func (p ActivationPart) String() string {
	return [ActivationParts]string{"residual stream", "attention", "experts", "logits", "scratch"}[p]
}

// Footprint is the memory footprint of a network in bytes.
type Footprint struct {
	Values      float64 // one value a parameter: the weights, their gradients, or one moment of the optimizer
	Activations float64 // of one update, and what its operations need besides
	Parts       [ActivationParts]float64
	LogitRows   int // of logits that stand there at once
}

// Training is the footprint of weights, gradients, two moments and activations.
func (f Footprint) Training() float64 { return 4*f.Values + f.Activations }

// FootprintOf is what [NewValues] and [NewNet], or [NewRecomputing], take, before they do: the parameters follow from
// the table of tensors, the rest from the same lines that allocate it. Sizes add up as float64, so that what no memory
// holds is too large, and never wraps around.
func FootprintOf(c Config, batch, seq int, recompute bool) Footprint {
	f := Footprint{LogitRows: logitRows(c, batch*seq, recompute)}
	for _, t := range NewTable(c).Tensors {
		f.Values += 4 * float64(t.Experts) * float64(t.Rows.Size) * float64(t.Cols.Size)
	}
	m := &memory{counts: true}
	newNet(m, c, batch, seq, recompute)
	f.Parts = m.bytes
	for _, x := range f.Parts {
		f.Activations += x
	}
	return f
}

// memory is what a network's buffers are taken from. One that counts gives none.
type memory struct {
	counts bool
	bytes  [ActivationParts]float64
}

// take is a slice of n zeros, nil where memory only counts.
func take[T any](m *memory, p ActivationPart, n int) []T {
	if m.counts {
		m.bytes[p] += float64(n) * float64(reflect.TypeFor[T]().Size())
		return nil
	}
	return make([]T, n)
}

// columns is [compute.NewColumns] of such memory.
func (m *memory) columns(p ActivationPart, channels, tokens int) compute.Mat {
	if m.counts {
		take[float32](m, p, compute.ColumnsLen(channels, tokens))
		return compute.Mat{}
	}
	return compute.NewColumns(channels, tokens)
}
