package checkpoint

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
)

// Save writes a network, and the optimizer's states in the order of [m, v] if there are any, as a folder in float32. A
// factor on the logits that a tied head could not carry is written as an untied head.
func Save(ctx context.Context, dir string, meta map[string]string, weights model.Values, states ...model.Values) error {
	if weights.Table.Config.LogitMult != 1 {
		mult := float32(weights.Table.Config.LogitMult)
		states = slices.Clone(states)
		for i, s := range states {
			states[i] = untie(s, 1/mult, i+1) // the gradient of an untied head is that of the tied one over the factor
		}
		weights = untie(weights, mult, 1)
	}
	meta = Loadable(meta)
	doc, err := newDocument(weights.Table.Config)
	if err != nil {
		return err
	}
	return Build(dir, func(tmp string) error {
		for i, v := range append([]model.Values{weights}, states...) {
			if err := WriteFile(ctx, filepath.Join(tmp, SetNames[i]+suffix), meta, Split(v.Table), v); err != nil {
				return err
			}
		}
		return durable.WriteBytes(filepath.Join(tmp, ConfigName), doc.encode())
	})
}

// Loadable is the metadata of a file that other programs shall load: some want to read there that its tensors lie as
// PyTorch's.
func Loadable(meta map[string]string) map[string]string {
	out := map[string]string{"format": "pt"}
	maps.Copy(out, meta)
	return out
}

// untie is the same values for a network with a head of its own: the embedding's times a factor to the given power.
func untie(v model.Values, factor float32, power int) model.Values {
	c := v.Table.Config
	c.Untied, c.LogitMult = true, 1
	out := model.NewValues(model.NewTable(c))
	copy(out.Data, v.Data)
	head := out.Tensor(out.Table.Find(model.Head, -1))
	copy(head, v.Tensor(v.Table.Find(model.Embed, -1)))
	for range power {
		for i := range head {
			head[i] *= factor
		}
	}
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
	for _, s := range layout {
		for _, p := range s.Matrices {
			if err == nil {
				err = w.Write(ctx, v.Expert(p.Tensor, p.Expert))
			}
		}
	}
	if err != nil {
		w.Abandon()
		return err
	}
	return w.Close()
}
