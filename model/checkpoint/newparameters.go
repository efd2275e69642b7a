package checkpoint

import (
	"context"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/model"
)

// NewParametersName is the file that says which parameters came with the last widening, for programs that train on
// from it: of every tensor NAME a mask NAME.new in its shape (BOOL, true for new), and as NAME.rows and NAME.cols the
// growth stages of its rows and columns, as [GrowthName] has them.
const NewParametersName = "new_parameters" + suffix

// What the masks are, and how their names end: no program shall take one for the tensor itself.
const maskType, maskEnd = DType("BOOL"), ".new"

// WriteNewParameters writes the file of a network that has grown so, in a folder that is being made, under the names of
// a layout of its table. A mask is written row by row.
func WriteNewParameters(ctx context.Context, dir string, layout []StoredTensor, t *model.Table, g model.Growth) error {
	w, err := Create(filepath.Join(dir, NewParametersName), newParametersHeader(layout, t, g))
	if err != nil {
		return err
	}
	for _, s := range layout {
		for _, x := range stagesOf(s, t, g) {
			if err == nil {
				err = w.bytes(ctx, x.stages)
			}
		}
		for _, m := range s.Matrices {
			if err == nil {
				err = w.mask(ctx, t.Tensors[m.Tensor], g)
			}
		}
	}
	if err != nil {
		w.Abandon()
		return err
	}
	return w.Close()
}

// newParametersHeader is that of the file.
func newParametersHeader(layout []StoredTensor, t *model.Table, g model.Growth) Header {
	h := Header{Meta: Loadable(map[string]string{growthKey: growthFormat})}
	for _, s := range layout {
		for _, x := range stagesOf(s, t, g) {
			h.Entries = append(h.Entries, Entry{Name: s.Name + x.end, DType: stageType, Shape: []int{len(x.stages)}})
		}
		h.Entries = append(h.Entries, Entry{Name: s.Name + maskEnd, DType: maskType, Shape: s.Shape})
	}
	return h
}

// NewParametersBytes is how many bytes the tensors of the file take.
func NewParametersBytes(layout []StoredTensor, t *model.Table) int64 {
	return newParametersHeader(layout, t, model.NewGrowth(t.Config)).bytes()
}

// stages are those of the rows or of the columns of a tensor.
type stages struct {
	end    string
	stages []byte
}

// stagesOf are those of both sides of a tensor; of a vector, of its rows. Where one tensor stacks the matrices of all
// experts its rows are those of one expert, of the gate and the up matrix one after the other.
func stagesOf(s StoredTensor, t *model.Table, g model.Growth) []stages {
	x := t.Tensors[s.Matrices[0].Tensor]
	if len(s.Shape) == 1 {
		return []stages{{rowsEnd, side{dim: x.Cols}.ages(g)}}
	}
	var rows []byte
	for _, m := range s.Matrices {
		if m.Expert == s.Matrices[0].Expert {
			rows = append(rows, side{dim: t.Tensors[m.Tensor].Rows}.ages(g)...)
		}
	}
	return []stages{{rowsEnd, rows}, {colsEnd, side{dim: x.Cols}.ages(g)}}
}

// mask writes which elements of a matrix came with the last widening.
func (w *Writer) mask(ctx context.Context, x model.Tensor, g model.Growth) error {
	rows, cols := side{dim: x.Rows}.ages(g), side{dim: x.Cols}.ages(g)
	last, row := byte(g.Stages()-1), make([]byte, x.Cols.Size)
	for _, r := range rows {
		for j, c := range cols {
			row[j] = 0
			if last > 0 && max(r, c) == last {
				row[j] = 1
			}
		}
		if err := w.bytes(ctx, row); err != nil {
			return err
		}
	}
	return nil
}
