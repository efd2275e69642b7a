package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// values holds what there is of every parameter, in the order of the table. Tensors begin at multiples of 16 bytes, but
// for keys and values, which follow queries as rows of one matrix. Of what Muon updates there are no second moments:
// they are zeros that nobody reads.
type values struct {
	table *model.Table
	of    [model.Quantities]driver.Buffer
	off   [model.Quantities][]int // where each tensor begins, negative where it is not there
	// copies are the matrices that products read, rounded; none in float32. at is where each tensor begins there,
	// negative for what no product reads.
	copies driver.Buffer
	at     []int
}

// newValues takes memory for all of it.
func newValues(m *memory, t *model.Table, k optim.Kind) *values {
	v := noValues(m, t)
	for q := range model.Quantities {
		v.take(m, q, k)
	}
	v.takeCopies(m)
	return v
}

// noValues have no memory yet.
func noValues(m *memory, t *model.Table) *values {
	return &values{table: t, at: copyOffsets(m.precision, t)}
}

// take takes the memory of a quantity.
func (v *values) take(m *memory, q model.Quantity, k optim.Kind) {
	off, size := offsets(v.table, func(x model.Tensor) bool { return q != model.Moment2 || !k.Orthogonalizes(x) })
	v.off[q], v.of[q] = off, m.floats(valueParts[q], size)
}

// takeCopies takes the memory of what products read.
func (v *values) takeCopies(m *memory) {
	if m.precision != Float32 {
		v.copies = m.of[copyPart].Take(m.precision.kind(), copySize(m.precision, v.table))
	}
}

// offsets are where the tensors of a table begin that are there, and where the last ends.
func offsets(t *model.Table, there func(model.Tensor) bool) (off []int, size int) {
	const align = 4
	for _, x := range t.Tensors {
		if !there(x) {
			off = append(off, -1)
			continue
		}
		if x.Part != model.K && x.Part != model.V {
			size = (size + align - 1) / align * align
		}
		off = append(off, size)
		size += x.Len()
	}
	return off, size
}

// there reports whether a tensor is there in a quantity; else it is zeros.
func (v *values) there(q model.Quantity, tensor int) bool { return v.off[q][tensor] >= 0 }

// whole is one tensor in one quantity, which is there.
func (v *values) whole(q model.Quantity, tensor int) driver.Buffer {
	at := v.off[q][tensor]
	return v.of[q].Slice(at, at+v.table.Tensors[tensor].Len())
}

// matrix is one expert's matrix of a tensor in one quantity, which is there.
func (v *values) matrix(q model.Quantity, tensor, expert int) driver.Buffer {
	x := v.table.Tensors[tensor]
	size := x.Rows.Size * x.Cols.Size
	return v.whole(q, tensor).Slice(expert*size, (expert+1)*size)
}

// put brings a quantity to the device, and get reads it.
func (v *values) put(d *driver.Device, q model.Quantity, of model.Values) {
	if of.Data == nil { // see learner.Empty
		d.Zero(v.of[q])
		return
	}
	for i := range v.table.Tensors {
		if v.there(q, i) {
			driver.Put(d, v.whole(q, i), of.Tensor(i))
		}
	}
}

func (v *values) get(d *driver.Device, q model.Quantity) (model.Values, error) {
	of := model.NewValues(v.table)
	for i := range v.table.Tensors {
		if !v.there(q, i) {
			continue
		}
		if err := driver.Get(d, of.Tensor(i), v.whole(q, i)); err != nil {
			return of, err
		}
	}
	return of, nil
}

// multiplies reports whether a matrix product reads a tensor. The router's product reads its float32: a rounded score
// could choose another expert.
func multiplies(t *model.Table, x model.Tensor) bool {
	switch x.Part {
	case model.Embed:
		return !t.Config.Untied
	case model.Q, model.K, model.V, model.O, model.Gate, model.Up, model.Down, model.Head:
		return true
	}
	return false
}

// copyOffsets are where the copies of tensors begin, negative for those that have none.
func copyOffsets(p Precision, t *model.Table) []int {
	at, end := make([]int, len(t.Tensors)), 0
	for i, x := range t.Tensors {
		if at[i] = -1; p != Float32 && multiplies(t, x) {
			at[i] = end
			end += x.Experts * x.Rows.Size * p.ld(x.Cols.Size)
		}
	}
	return at
}

// copySize is how many elements all copies have.
func copySize(p Precision, t *model.Table) (n int) {
	for _, x := range t.Tensors {
		if multiplies(t, x) {
			n += x.Experts * x.Rows.Size * p.ld(x.Cols.Size)
		}
	}
	return n
}

// tensor is a part of a layer in one quantity.
func (v *values) tensor(q model.Quantity, p model.Part, l int) matrix {
	i := v.table.Find(p, l)
	return matrix{v.of[q].From(v.off[q][i]), v.table.Tensors[i].Cols.Size}
}

// operand is a part of a layer as products read it. What follows it in the table follows it there.
func (v *values) operand(p Precision, part model.Part, l int) matrix {
	if p == Float32 {
		return v.tensor(model.Weight, part, l)
	}
	i := v.table.Find(part, l)
	return matrix{v.copies.From(v.at[i]), p.ld(v.table.Tensors[i].Cols.Size)}
}

// jump is how much further the up projections of a layer lie than if they came right after gate's one expert, in what
// products read and in the gradients.
func (v *values) jump(p Precision, l int) (operand, gradient int) {
	i, j := v.table.Find(model.Gate, l), v.table.Find(model.Up, l)
	gate := v.table.Tensors[i]
	one := gate.Rows.Size * gate.Cols.Size
	gradient = v.off[model.Gradient][j] - v.off[model.Gradient][i] - one
	if p == Float32 {
		return gradient, gradient
	}
	return v.at[j] - v.at[i] - gate.Rows.Size*p.ld(gate.Cols.Size), gradient
}
