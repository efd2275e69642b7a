package checkpoint

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
)

// Source is a network that is read matrix by matrix: a learner in training, a folder, values in memory. Read copies one
// matrix (Rows·Cols, row-major) of one quantity, as that of a learner does.
type Source interface {
	Table() *model.Table
	Read(q model.Quantity, tensor, expert int, into []float32) error
}

// setOf are the quantities of the sets that a folder may hold, in the order of [SetNames].
var setOf = [...]model.Quantity{model.Weight, model.Moment1, model.Moment2}

// Options say what [Write] leaves.
type Options struct {
	Meta   map[string]string // of every safetensors file
	States int               // sets of the optimizer, in the order of [m, v]
	Most   int64             // bytes of tensors above which a set is cut into several files; 0 is never
	Growth model.Growth      // whose stages are left, see [GrowthName]; none where it has no stages
	// Also, unless nil, is told every file's name, and what it returns is given all that is written into the file.
	Also func(name string) io.Writer
}

// Write fills a folder that is being made, see [Build], with a network in float32. Memory is that of one matrix,
// whatever the size of the network; one file is open at a time. A factor on the logits, which the family does not
// know, is written into a head that is untied: the tied one, which is the embedding, times the factor. Its states are
// the embedding's over the factor and over its square, because the gradient of an untied head is that of the tied one
// over the factor.
func Write(ctx context.Context, dir string, from Source, o Options) error {
	if from.Table().Config.LogitMult != 1 {
		from = newApart(from)
	}
	doc, err := newDocument(from.Table().Config)
	if err != nil {
		return err
	}
	x := export{ctx: ctx, dir: dir, from: from, Options: o}
	for k, name := range SetNames[:1+o.States] {
		if err := x.set(name, setOf[k]); err != nil {
			return err
		}
	}
	if o.Growth.Stages() > 0 {
		if err := x.growth(); err != nil {
			return err
		}
	}
	return x.text(ConfigName, doc.encode())
}

// Writable errs where [Write] cannot write a network of that shape.
func Writable(c model.Config) error {
	c.Untied, c.LogitMult = c.Untied || c.LogitMult != 1, 1
	_, err := newDocument(c)
	return err
}

// export is one network that is being written.
type export struct {
	Options
	ctx    context.Context
	dir    string
	from   Source
	matrix []float32
}

// set writes a set as one file, or as several with their index.
func (x *export) set(stem string, q model.Quantity) error {
	parts := x.cut(Split(x.from.Table()))
	var files []Shard
	for i, part := range parts {
		name := stem + suffix
		if len(parts) > 1 {
			name = fmt.Sprintf("%s-%05d-of-%05d%s", stem, i+1, len(parts), suffix)
		}
		f := Shard{Name: name, Header: Header{Meta: Loadable(x.Meta)}}
		for _, s := range part {
			f.Entries = append(f.Entries, Entry{Name: s.Name, DType: F32, Shape: s.Shape})
		}
		files = append(files, f)
		if err := x.file(f, part, q); err != nil {
			return err
		}
	}
	if len(parts) == 1 {
		return nil
	}
	return x.text(stem+indexSuffix, Index{}.For(files))
}

// cut are the tensors of every file: as many as find room in it, and at least one.
func (x *export) cut(layout []StoredTensor) (parts [][]StoredTensor) {
	var size int64
	first := 0
	for i, s := range layout {
		n := Entry{DType: F32, Shape: s.Shape}.Bytes()
		if x.Most > 0 && i > first && size+n > x.Most {
			parts, first, size = append(parts, layout[first:i]), i, 0
		}
		size += n
	}
	return append(parts, layout[first:])
}

// file writes one file matrix by matrix.
func (x *export) file(f Shard, part []StoredTensor, q model.Quantity) error {
	w, err := Create(filepath.Join(x.dir, f.Name), f.Header, x.also(f.Name)...)
	if err != nil {
		return err
	}
	return w.end(w.matrices(x.ctx, part, func(p MatrixRef) ([]float32, error) {
		t := x.from.Table().Tensors[p.Tensor]
		n := t.Rows.Size * t.Cols.Size
		x.matrix = slices.Grow(x.matrix[:0], n)[:n]
		return x.matrix, x.from.Read(q, p.Tensor, p.Expert, x.matrix)
	}))
}

// growth writes the file of growth stages.
func (x *export) growth() error {
	return WriteGrowth(x.ctx, x.dir, x.from.Table(), x.Growth, x.also(GrowthName)...)
}

// also is who is given the content of a file besides.
func (x *export) also(name string) []io.Writer {
	if x.Also == nil {
		return nil
	}
	return []io.Writer{x.Also(name)}
}

// text writes a small file.
func (x *export) text(name string, data []byte) error {
	for _, w := range x.also(name) {
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return durable.WriteBytes(filepath.Join(x.dir, name), data)
}

// apart is a network whose head is a matrix of its own and carries the factor on the logits.
type apart struct {
	Source
	table  *model.Table
	head   int
	of     int // the tensor that it is made of: the embedding, where the head is tied
	factor [model.Quantities]float32
	power  [model.Quantities]int
}

func newApart(from Source) Source {
	c := from.Table().Config
	mult := float32(c.LogitMult)
	part := model.Embed
	if c.Untied {
		part = model.Head
	}
	c.Untied, c.LogitMult = true, 1
	a := apart{Source: from, table: model.NewTable(c), of: from.Table().Find(part, -1)}
	a.head = a.table.Find(model.Head, -1)
	a.factor[model.Weight], a.power[model.Weight] = mult, 1
	a.factor[model.Moment1], a.power[model.Moment1] = 1/mult, 1
	a.factor[model.Moment2], a.power[model.Moment2] = 1/mult, 2
	return a
}

func (a apart) Table() *model.Table { return a.table }

func (a apart) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if tensor != a.head {
		return a.Source.Read(q, tensor, expert, into) // the tables differ in nothing but the head, which comes last
	}
	if err := a.Source.Read(q, a.of, 0, into); err != nil {
		return err
	}
	for range a.power[q] {
		for i := range into {
			into[i] *= a.factor[q]
		}
	}
	return nil
}
