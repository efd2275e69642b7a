package checkpoint

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
)

// Save writes a network, and the optimizer's states in the order of [m, v] if there are any, as a folder of [Write]
// with one file a set.
func Save(ctx context.Context, dir string, meta map[string]string, weights model.Values, states ...model.Values) error {
	return SaveBeside(ctx, dir, nil, meta, weights, states...)
}

// SaveBeside is [Save] with other files in the folder, by their names.
func SaveBeside(ctx context.Context, dir string, beside map[string][]byte, meta map[string]string,
	weights model.Values, states ...model.Values) error {
	from := inMemory(append([]model.Values{weights}, states...))
	return Build(dir, func(tmp string) error {
		for _, name := range slices.Sorted(maps.Keys(beside)) {
			if err := durable.WriteBytes(filepath.Join(tmp, name), beside[name]); err != nil {
				return err
			}
		}
		return Write(ctx, tmp, from, Options{Meta: meta, States: len(states)})
	})
}

// inMemory are the sets of a network in the order of [SetNames].
type inMemory []model.Values

func (m inMemory) Table() *model.Table { return m[0].Table }

func (m inMemory) Read(q model.Quantity, tensor, expert int, into []float32) error {
	copy(into, m[slices.Index(setOf[:], q)].Expert(tensor, expert))
	return nil
}

// Loadable is the metadata of a file that other programs shall load: some want to read there that its tensors lie as
// PyTorch's.
func Loadable(meta map[string]string) map[string]string {
	out := map[string]string{"format": "pt"}
	maps.Copy(out, meta)
	return out
}

// Named is a tensor outside the table that [WriteFile] puts first.
type Named struct {
	Name  string
	Shape []int
	Data  []float32
}

// WriteFile writes values under the names of a layout as one float32 file, after the tensors of first.
func WriteFile(ctx context.Context, path string, meta map[string]string, layout []StoredTensor, v model.Values,
	first ...Named) error {
	h := Header{Meta: meta}
	for _, x := range first {
		h.Entries = append(h.Entries, Entry{Name: x.Name, DType: F32, Shape: x.Shape})
	}
	for _, s := range layout {
		h.Entries = append(h.Entries, Entry{Name: s.Name, DType: F32, Shape: s.Shape})
	}
	w, err := Create(path, h)
	if err != nil {
		return err
	}
	for _, x := range first {
		if err == nil {
			err = w.Write(ctx, x.Data)
		}
	}
	if err == nil {
		err = w.matrices(ctx, layout, func(p MatrixRef) ([]float32, error) { return v.Expert(p.Tensor, p.Expert), nil })
	}
	return w.end(err)
}

// matrices writes those of a layout, in its order, as each is read.
func (w *Writer) matrices(ctx context.Context, layout []StoredTensor, read func(MatrixRef) ([]float32, error)) error {
	for _, s := range layout {
		for _, p := range s.Matrices {
			x, err := read(p)
			if err == nil {
				err = w.Write(ctx, x)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// end closes a file that is whole, and leaves nothing of one that err kept from being that.
func (w *Writer) end(err error) error {
	if err != nil {
		w.Abandon()
		return err
	}
	return w.Close()
}
