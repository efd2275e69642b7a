package optim

import "github.com/sparkling-lab/sparkling/model"

// ScratchBytes is what an optimizer of that kind takes besides the two moments of every parameter, which both kinds
// keep for all tensors: for Muon the memory in which one matrix at a time is orthogonalized.
func (k Kind) ScratchBytes(t *model.Table) float64 {
	size, square := k.largest(t)
	return 4 * (short + enough + 3*float64(size) + 2*float64(square))
}

// largest is how many elements the largest matrix has that is orthogonalized, and the largest square of a short side.
func (k Kind) largest(t *model.Table) (size, square int) {
	for _, x := range t.Tensors {
		if rows, cols := x.Rows.Size, x.Cols.Size; k == Muon && k.Orthogonalizes(x) {
			size, square = max(size, rows*cols), max(square, min(rows, cols)*min(rows, cols))
		}
	}
	return size, square
}
