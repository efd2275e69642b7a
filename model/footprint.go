package model

import (
	"reflect"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// Footprint is the memory footprint of a network in bytes.
type Footprint struct {
	Values      float64 // one value a parameter: the weights, their gradients, or one moment of the optimizer
	Activations float64 // of one update, and what its operations need besides
}

// Training is the footprint of weights, gradients, two moments and activations.
func (f Footprint) Training() float64 { return 4*f.Values + f.Activations }

// FootprintOf is what [NewValues] and [NewNet] take, before they do: the parameters follow from the table of tensors,
// the rest from the same lines that allocate it. Sizes add up as float64, so that what no memory holds is too large,
// and never wraps around.
func FootprintOf(c Config, batch, seq int) Footprint {
	var f Footprint
	for _, t := range NewTable(c).Tensors {
		f.Values += 4 * float64(t.Experts) * float64(t.Rows.Size) * float64(t.Cols.Size)
	}
	m := &memory{counts: true}
	newNet(m, c, batch, seq)
	f.Activations = m.bytes
	return f
}

// memory is what a network's buffers are taken from. One that counts gives none.
type memory struct {
	counts bool
	bytes  float64
}

// take is a slice of n zeros, nil where memory only counts.
func take[T any](m *memory, n int) []T {
	if m.counts {
		m.bytes += float64(n) * float64(reflect.TypeFor[T]().Size())
		return nil
	}
	return make([]T, n)
}

// columns is [compute.NewColumns] of such memory.
func (m *memory) columns(channels, tokens int) compute.Mat {
	if m.counts {
		take[float32](m, compute.ColumnsLen(channels, tokens))
		return compute.Mat{}
	}
	return compute.NewColumns(channels, tokens)
}
